import { beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../core/client';
import type { Code, Command, IntakeView } from '../core/types.gen';
import { Intake, spelled, stageOf } from './intake.svelte';

const none: IntakeView = {
  person: 'nora', state: null, link: null, code: null, expires_ms: null, digits: null, until_ms: null,
  elsewhere: false, mailed: false, forged: false,
};
let asked: Command[];
let refuse: Code | null;
let intake: Intake;

beforeEach(async () => {
  asked = [];
  refuse = null;
  const ask: Client['ask'] = (request) => {
    if (request.kind === 'command') asked.push(request.command);
    return Promise.resolve(refuse === null ? { kind: 'done' } : { kind: 'refused', code: refuse, detail: '' });
  };
  intake = new Intake({ ask } as Client);
  await intake.open('nora');
});
const tell = (over: Partial<IntakeView>): boolean => intake.hear({ kind: 'intake', intake: { ...none, ...over } });

describe('an invitation on its page', () => {
  test('is asked for when the page opens, and let go when it is left', async () => {
    await intake.close('somebody else');
    await intake.close('nora');
    expect(asked).toEqual([{ kind: 'watch_intake', person: 'nora' }, { kind: 'watch_intake', person: null }]);
    expect(tell({ state: 'open' })).toBe(false);
  });

  test('is of nobody but whose page it is', () => {
    expect(tell({ person: 'maria', state: 'open' })).toBe(false);
    expect(intake.view).toBeNull();
    expect(tell({ state: 'open' })).toBe(true);
  });

  test('one act at a time, and its refusal is said here', async () => {
    await intake.make('account');
    await intake.end();
    expect(asked.map(({ kind }) => kind)).toEqual(['watch_intake', 'invite_person']);
    expect(intake.hear({ kind: 'problem', circle: null, code: 'busy', detail: '' })).toBe(true);
    expect([intake.refused, intake.busy]).toEqual(['busy', null]);
    // Trouble that nobody here asked for is said elsewhere.
    expect(intake.hear({ kind: 'problem', circle: null, code: 'busy', detail: '' })).toBe(false);
    refuse = 'not_allowed';
    await intake.confirm();
    expect(intake.refused).toBe('not_allowed');
  });

  test('a refusal that comes when the page is somebody else\'s is not said there', async () => {
    refuse = 'busy';
    const making = intake.make('account');
    refuse = null;
    const opening = intake.open('maria');
    await Promise.all([making, opening]);
    expect(intake.refused).toBeNull();
  });

  test('remembers that somebody was turned away until a new code is made', async () => {
    tell({ state: 'arrived' });
    await intake.end();
    tell({ state: 'over' });
    expect(intake.turnedAway).toBe(true);
    await intake.make('account');
    expect(intake.turnedAway).toBe(false);
    // A code that nobody used is only over.
    tell({ state: 'open' });
    await intake.end();
    tell({ state: 'over' });
    expect(intake.turnedAway).toBe(false);
  });
});

test('what is shown follows from what is so, and from the time', () => {
  const at = (over: Partial<IntakeView>, now = 10): string => stageOf({ ...none, ...over }, now).kind;
  expect(stageOf(null, 0).kind).toBe('loading');
  expect(at({})).toBe('before');
  expect(at({ state: 'over' })).toBe('before');
  expect(at({ state: 'open', link: '/join/x', code: 'X', expires_ms: 10 })).toBe('link');
  expect(at({ state: 'open', link: '/join/x', code: 'X', expires_ms: 9 })).toBe('before');
  expect(at({ state: 'open', elsewhere: true })).toBe('elsewhere');
  const came = { state: 'arrived', digits: '604153', until_ms: 10 } as const;
  expect(at(came)).toBe('compare');
  expect(at(came, 11)).toBe('late');
  expect(at({ ...came, digits: null })).toBe('late');
  const mailed = { ...none, state: 'open', mailed: true, expires_ms: 20 } as const;
  expect(at(mailed, 11)).toBe('mailed');
  expect(at({ ...mailed, state: 'arrived', until_ms: 20 }, 11)).toBe('late');
  expect(at({ ...came, forged: true })).toBe('forged');
  expect(at({ ...came, elsewhere: true })).toBe('elsewhere');
  expect(stageOf({ ...none, state: 'verified' }, 0)).toEqual({ kind: 'done', verified: true });
  expect(stageOf({ ...none, state: 'let_in' }, 0)).toEqual({ kind: 'done', verified: false });
});

test('a code is spelled group by group', () => {
  expect(spelled('AB1-C2')).toBe('A B 1, C 2');
});
