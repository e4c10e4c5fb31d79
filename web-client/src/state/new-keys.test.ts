import { beforeEach, describe, expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { circlesOf, people } from '../../doubles/story';
import type { CircleView, MemberView } from '../core/types.gen';
import { NewKeys } from './new-keys.svelte';

const { account, person } = people.maria;
const mine = circlesOf(people.dana);
/** The circles with Maria as the device would tell of her. */
function circles(over: Partial<MemberView>): CircleView[] {
  return mine.map((circle) => ({
    ...circle,
    members: circle.members.map((one) => (one.account === account ? { ...one, ...over } : one)),
  }));
}

let asked: string[];
let answers: ({ link: string; expires_at: number } | null)[];
let keys: NewKeys;
beforeEach(() => {
  asked = [];
  answers = [{ link: 'secret.fingerprint', expires_at: 7 }];
  keys = new NewKeys(
    {
      ...refusing,
      newKeys: (who, { op_id }) => {
        asked.push(`${who} ${op_id}`);
        const body = answers.shift() ?? null;
        return Promise.resolve(body === null ? { ok: false, code: 'unreachable' } : { ok: true, body });
      },
    },
    person,
  );
});

describe('new keys in person', () => {
  test('begin with a link, go on to comparing, and end when every circle shows the person checked', async () => {
    expect(keys.stage(mine, account).kind).toBe('before');
    await keys.begin();
    expect(keys.link?.link).toBe('secret.fingerprint');
    expect(keys.stage(circles({ state: 'left' }), account).kind).toBe('link');
    const came = keys.stage(circles({ state: 'invited', new_key: true, safety_number: '1' }), account);
    expect(came).toMatchObject({ kind: 'compare', member: { account, safety_number: '1' } });
    keys.compared = true;
    expect(keys.stage(circles({ state: 'invited' }), account).kind).toBe('letting');
    expect(keys.stage(circles({ state: 'confirmed', verified: false }), account).kind).toBe('letting');
    expect(keys.stage(circles({ state: 'confirmed', verified: true }), account).kind).toBe('done');
  });

  test('a lost answer is asked for again as the same act, so that no second link is made', async () => {
    answers = [null, { link: 'a.b', expires_at: 7 }];
    await keys.begin();
    expect(keys.refused).toBe('unreachable');
    expect(keys.stage(mine, account).kind).toBe('before');
    await keys.begin();
    expect(keys.refused).toBeNull();
    expect(new Set(asked).size).toBe(1);
    answers = [{ link: 'c.d', expires_at: 7 }];
    await keys.begin();
    expect(new Set(asked).size).toBe(2);
  });
});
