import { beforeEach, describe, expect, test, vi } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { circles, circlesOf, people as cast, peopleAround, safetyNumber } from '../../doubles/story';
import { Worker } from '../../doubles/worker';
import type { Item, Status } from '../core/types.gen';
import type { Answer, Consent, People as Read } from '../platform/api';
import { App } from './app.svelte';
import { TEXT_BYTES_MAX } from './conversation.svelte';
import { People, endOfDayMicros, liveConsent } from './people.svelte';
import { Router, href, parse, type Address } from './router.svelte';

/** An address bar without a browser. */
class Bar implements Address {
  location = { hash: '', href: 'https://localhost/', pathname: '/' };
  replaced: string[] = [];
  heard: () => void = () => undefined;
  history = {
    replaceState: (_data: null, _unused: string, url: string) => {
      this.replaced.push(url);
      this.location.hash = '';
    },
  };
  addEventListener(_name: 'hashchange', heard: () => void): void {
    this.heard = heard;
  }
  visit(hash: string): void {
    this.location = { hash, href: `https://localhost/${hash}`, pathname: '/' };
    this.heard();
  }
}

const nobody: Status = { me: null, link: 'idle', awaits: null, joining: null, sealed: false };
const maria: Status = { me: { ...cast.maria, agency: 'Agency', safety_number: safetyNumber(cast.maria) }, link: 'online', awaits: null, joining: null, sealed: false };

let bar: Bar;
let worker: Worker;
let app: App;
beforeEach(() => {
  bar = new Bar();
  worker = new Worker();
  app = new App(new Router(bar), worker, refusing);
});

describe('the router', () => {
  test('every page has an address that leads back to it', () => {
    const id = circles.pair;
    for (const route of [
      { name: 'circles' }, { name: 'people' }, { name: 'settings' }, { name: 'person', person: id },
      { name: 'conversation', circle: id }, { name: 'members', circle: id }, { name: 'visits' },
      { name: 'devices' }, { name: 'recovery' }, { name: 'new_keys', person: id, who: circles.family },
      { name: 'calendar', span: 'week', day: null }, { name: 'calendar', span: 'day', day: '2026-12-01' },
      { name: 'access' }, { name: 'access', person: id },
      { name: 'person', person: id, act: 'book' }, { name: 'person', person: id, visit: circles.family },
      { name: 'person', person: id, visit: circles.family, act: 'move' },
      { name: 'person', person: id, visit: circles.family, act: 'close' },
    ] as const) {
      expect(parse(href(route))).toEqual(route);
    }
    expect(parse('#/circles/../../x')).toEqual({ name: 'circles' });
    expect(parse('#/calendar')).toEqual({ name: 'calendar', span: 'week', day: null });
    expect(parse('#/calendar/day/2026-02-30')).toEqual({ name: 'calendar', span: 'day', day: null });
  });

  test('a link leaves the address bar before anything else', () => {
    bar.visit('#/link/secret.fingerprint');
    expect(bar.replaced).toEqual(['/']);
    expect(app.router.link).toBe('https://localhost/#/link/secret.fingerprint');
    expect(worker.asked).toEqual([]);
  });

  test('a link to a new device leaves it too, and the page of devices does not', () => {
    bar.visit('#/device/secret');
    expect(app.router.link).toBe('https://localhost/#/device/secret');
    app.router.link = null;
    bar.visit('#/settings/devices');
    expect(app.router.link).toBeNull();
    expect(app.router.route).toEqual({ name: 'devices' });
  });
});

describe('signing in', () => {
  const link = 'https://localhost/#/link/s.f';

  test('a link is looked at once the device is known to be nobody\'s', () => {
    bar.visit('#/link/s.f');
    worker.tell({ kind: 'status', status: nobody });
    expect(worker.asked).toEqual([{ kind: 'command', command: { kind: 'open_link', link } }]);
    worker.tell({ kind: 'invitation', name: 'Maria Sample', role: 'client', agency: 'Agency' });
    expect(app.signIn.progress).toMatchObject({ kind: 'found', name: 'Maria Sample' });
  });

  test('a link for a device that is someone\'s is kept and not used', () => {
    worker.tell({ kind: 'status', status: maria });
    bar.visit('#/link/s.f');
    expect(worker.asked).toEqual([]);
    expect(app.router.link).toBe(link);
  });

  test('a refused link says why and may only be tried again if that can help', async () => {
    bar.visit('#/link/s.f');
    worker.replies.push({ kind: 'refused', code: 'invitation_unknown', detail: '' });
    worker.tell({ kind: 'status', status: nobody });
    await vi.waitFor(() =>
      expect(app.signIn.progress).toEqual({ kind: 'failed', code: 'invitation_unknown', again: false }),
    );
    await app.signIn.again();
    worker.tell({ kind: 'problem', circle: null, code: 'busy', detail: '' });
    expect(app.signIn.progress).toEqual({ kind: 'failed', code: 'busy', again: true });
  });

  test('enrolling ends when the device is someone\'s', async () => {
    await app.signIn.enrol();
    expect(app.signIn.progress.kind).toBe('enrolling');
    worker.tell({ kind: 'status', status: maria });
    expect(app.signIn.progress.kind).toBe('no_link');
    expect(app.me?.name).toBe('Maria Sample');
  });
});

describe('a second device', () => {
  const arrive = async (): Promise<void> => {
    bar.visit('#/device/secret');
    worker.tell({ kind: 'status', status: nobody });
    await vi.waitFor(() => expect(worker.asked).toHaveLength(1));
    worker.tell({ kind: 'enrolment', code: '123456' });
  };

  test('shows digits to compare until it is let in', async () => {
    await arrive();
    expect(worker.asked[0]).toMatchObject({ command: { kind: 'open_link', link: 'https://localhost/#/device/secret' } });
    expect(app.signIn.progress).toEqual({ kind: 'comparing', code: '123456' });
    worker.tell({ kind: 'status', status: maria });
    expect(app.signIn.progress).toEqual({ kind: 'no_link' });
  });

  test('says why it was not let in, and that is no trouble of the app\'s afterwards', async () => {
    await arrive();
    worker.tell({ kind: 'problem', circle: null, code: 'enrolment_gone', detail: '' });
    expect(app.signIn.progress).toEqual({ kind: 'failed', code: 'enrolment_gone', again: false });
    expect(app.problem).toBeNull();
  });
});

describe('a conversation', () => {
  const item = (id: string, seq: number | null): Item => ({
    id, seq, at_ms: 0,
    content: { kind: 'text', from: 'x', mine: false, text: id, urgency: 'routine', progress: 'received' },
  });

  test('merges what comes into what was read, and reads earlier pages by the key it was given', async () => {
    const older = Uint8Array.of(1);
    worker.replies.push({ kind: 'page', items: [item('b', 2)], older, oldest: older });
    const conversation = app.conversation(circles.pair);
    worker.tell({ kind: 'items', circle: circles.pair, items: [item('c', 3)] });
    worker.tell({ kind: 'items', circle: circles.family, items: [item('other', 1)] });
    await vi.waitFor(() => expect(conversation.loaded).toBe(true));
    worker.replies.push({ kind: 'page', items: [item('a', 1)], older: null, oldest: null });
    await conversation.readOlder();
    expect(conversation.items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(worker.asked.at(-1)).toMatchObject({ kind: 'page', before: older });
    expect(conversation.hasOlder).toBe(false);
    expect(app.conversation(circles.pair)).toBe(conversation);
  });

  test('is read again when another tab has taken over', () => {
    app.conversation(circles.pair);
    worker.heard?.stage({ kind: 'running' });
    expect(worker.asked.filter(({ kind }) => kind === 'page')).toHaveLength(2);
  });

  test('of a circle that this person is no longer in nothing stays, also when they come in again', () => {
    const all = circlesOf(cast.maria);
    worker.tell({ kind: 'status', status: maria });
    worker.tell({ kind: 'circles', circles: all });
    const before = app.conversation(circles.pair);
    worker.tell({ kind: 'items', circle: circles.pair, items: [item('a', 1)] });
    worker.tell({ kind: 'receipts', circle: circles.pair, receipts: [{ account: 'x', seq: 1 }] });
    expect(app.heard?.item.id).toBe('a');
    worker.tell({ kind: 'circles', circles: all.filter(({ id }) => id !== circles.pair) });
    expect(app.heard).toBeNull();
    worker.tell({ kind: 'circles', circles: all });
    const after = app.conversation(circles.pair);
    expect(after).not.toBe(before);
    expect(after.items).toEqual([]);
    expect(after.receipts).toEqual([]);
  });

  test('sends what was written, and says when it was not stored', async () => {
    const conversation = app.conversation(circles.pair);
    expect(await conversation.send('  ')).toBe('empty');
    expect(await conversation.send('ñ'.repeat(TEXT_BYTES_MAX / 2 + 1))).toBe('too_long');
    expect(await conversation.send(' Hello\n')).toBe('sent');
    expect(worker.asked.at(-1)).toMatchObject({ command: { kind: 'send', text: 'Hello', urgency: 'routine' } });
    worker.replies.push({ kind: 'refused', code: 'not_stored', detail: '' });
    expect(await conversation.send('Hello')).toBe('failed');
  });
});

describe('people', () => {
  const [client] = peopleAround().clients;
  const [ana] = client?.caregivers ?? [];
  if (client === undefined || ana === undefined) throw new Error('the story lost its people');

  test('a consent holds until its end or withdrawal, also on a clock that is behind', () => {
    const consent = (over: Partial<Consent>) => ({
      ...ana,
      consents: [
        { id: 'c', basis: 'verbal', from: 10_000, until: null, withdrawn_at: null, messages_in: [], appointments: false, reminders: false, recorded_by: 'd', ...over } as Consent,
      ],
    });
    expect(liveConsent(consent({}), 10)).toBeDefined();
    expect(liveConsent(consent({}), 9)).toBeDefined();
    expect(liveConsent(consent({ until: 20_000 }), 19)).toBeDefined();
    expect(liveConsent(consent({ until: 20_000 }), 20)).toBeUndefined();
    expect(liveConsent(consent({ withdrawn_at: 15_000 }), 14)).toBeUndefined();
  });

  test('a reading that comes after a later one brings nothing back', async () => {
    const answers: ((answer: Answer<Read>) => void)[] = [];
    const people = new People({ ...refusing, people: () => new Promise((answer) => answers.push(answer)) });
    const readings = [people.load(), people.load()];
    answers[1]?.({ ok: true, body: { clients: [] } });
    answers[0]?.({ ok: true, body: peopleAround() });
    await Promise.all(readings);
    expect(people.clients).toEqual([]);
    expect(people.progress).toBe('ready');
  });

  test('a last day lasts until its end where the writer is', () => {
    expect(new Date(endOfDayMicros('2027-03-31') / 1_000).toString()).toContain('Mar 31 2027 23:59:59');
  });
});

test('whoever signs out is locked, here and in other tabs, and what this page held is to be let go', () => {
  let told = 0;
  app.onLocked = () => (told += 1);
  worker.tell({ kind: 'status', status: maria });
  expect(app.locked).toBe(false);
  worker.heard?.stage({ kind: 'locked' });
  expect(app.locked).toBe(true);
  expect(told).toBe(1);
  // The next worker says how it stands before anybody has come in.
  worker.tell({ kind: 'status', status: { ...maria, link: 'signed_out' } });
  worker.heard?.stage({ kind: 'running' });
  expect(app.locked).toBe(true);
  worker.tell({ kind: 'status', status: maria });
  expect(app.locked).toBe(false);
});

test('whoever could not be signed out is told so, and keeps what they see', async () => {
  worker.tell({ kind: 'status', status: maria });
  worker.tell({ kind: 'circles', circles: circlesOf(cast.maria) });
  worker.replies.push({ kind: 'refused', code: 'not_stored', detail: '' });
  await app.signOut();
  expect(app.problem).toEqual({ circle: null, code: 'not_stored' });
  expect(app.circles).not.toEqual([]);
  await app.signOut();
  expect(app.circles).toEqual([]);
});

test('a lost network is told to the device at once', () => {
  worker.tell({ kind: 'status', status: maria });
  app.networkLost();
  expect(worker.asked).toEqual([{ kind: 'network_lost' }]);
});

test('going offline is tried again at once when the network comes back, but signing out is not undone', () => {
  worker.tell({ kind: 'status', status: { ...maria, link: 'signed_out' } });
  app.nudge();
  expect(worker.asked).toEqual([]);
  worker.tell({ kind: 'status', status: { ...maria, link: 'offline' } });
  app.nudge();
  expect(worker.asked).toEqual([{ kind: 'command', command: { kind: 'connect' } }]);
});
