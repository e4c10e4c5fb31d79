import { beforeEach, describe, expect, test } from 'vitest';
import { Device } from '../../doubles/device';
import { circles } from '../../doubles/story';
import type { DeviceCore } from './device';
import { Host, type Rows, type World } from './host';
import type { Row } from './store';
import type { Delta, Effect, Event, Input, Step } from './types.gen';

/** Rows in memory that can be told to fail, and a diary of what happened in which order. */
class Memory implements Rows {
  readonly vaultKey = new Uint8Array(32);
  readonly shared = false;
  readonly diary: string[];
  failures = 0;
  broken = false;
  readonly tables = { state: new Map<string, Row>(), items: new Map<string, Row>() };

  constructor(diary: string[]) {
    this.diary = diary;
  }

  state(): Promise<Row[]> {
    if (this.broken) return Promise.reject(new Error('no such table'));
    return Promise.resolve([...this.tables.state.values()]);
  }

  async write(delta: Delta): Promise<void> {
    await Promise.resolve();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('disk full');
    }
    for (const table of ['state', 'items'] as const) {
      for (const { key, value } of delta[table]) {
        if (value instanceof Uint8Array) this.tables[table].set(String(key), { key, value });
        else this.tables[table].delete(String(key));
      }
    }
    if (delta.items.length > 0) this.diary.push('stored');
  }

  items(): Promise<Row[]> {
    return Promise.resolve([...this.tables.items.values()].reverse());
  }

  // Shares are share.test.ts's.
  everyItem(): Promise<Row[]> {
    return Promise.resolve([...this.tables.items.values()]);
  }

  share(): Promise<null> {
    return Promise.resolve(null);
  }

  keep(): Promise<void> {
    return Promise.resolve();
  }

  replace(): Promise<void> {
    return Promise.resolve();
  }
}

function outside(diary: string[], events: Event[]): World & { timers: (() => void)[] } {
  const timers: (() => void)[] = [];
  return {
    timers,
    serverName: 'localhost:8443',
    nowMicros: () => 1_000_000,
    connect: () => diary.push('connect'),
    disconnect: () => diary.push('disconnect'),
    send: () => diary.push('send'),
    request: () => Promise.resolve({ status: 200, body: new Uint8Array() }),
    timer: (_afterMs, then) => timers.push(then),
    emit: (event) => {
      events.push(event);
      diary.push(`event ${event.kind}`);
    },
    stopped: (why) => diary.push(`stopped ${why}`),
    locked: () => diary.push('locked'),
    ended: () => diary.push('ended'),
  };
}

let diary: string[];
let events: Event[];
let rows: Memory;
let world: ReturnType<typeof outside>;
let host: Host;
beforeEach(() => {
  diary = [];
  events = [];
  rows = new Memory(diary);
  world = outside(diary, events);
  host = new Host((_keys, _name, stored) => new Device(stored, () => true), rows, world);
});

const command = (value: Extract<Input, { kind: 'command' }>['command']) =>
  host.ask({ kind: 'command', command: value });

async function enrol(): Promise<void> {
  await host.start();
  await command({ kind: 'open_link', link: '#/link/maria.x' });
  await command({ kind: 'enrol' });
  diary.length = 0;
}

const send = () =>
  command({ kind: 'send', circle: circles.pair, text: 'Hello', urgency: 'routine' });

describe('a step', () => {
  test('is stored before anything is shown', async () => {
    await enrol();
    expect(await send()).toEqual({ kind: 'done' });
    expect(diary).toEqual(['stored', 'event items']);
  });

  test('that is refused changes nothing, and the device goes on', async () => {
    await host.start();
    const reply = await command({ kind: 'open_link', link: '#/link/expired.x' });
    expect(reply).toEqual({ kind: 'refused', code: 'invitation_expired', detail: 'refused' });
    expect(await command({ kind: 'open_link', link: '#/link/maria.x' })).toEqual({ kind: 'done' });
  });

  test('that cannot be stored never happened: the device is opened again from its store', async () => {
    await enrol();
    rows.failures = 1;
    expect(await send()).toMatchObject({ kind: 'refused', code: 'not_stored' });
    expect(diary.slice(0, 1)).toEqual(['disconnect']);
    expect(events.filter(({ kind }) => kind === 'items')).toEqual([]);
    expect(await send()).toEqual({ kind: 'done' });
    expect(diary.filter((line) => line === 'stored')).toHaveLength(1);
  });

  test('that can never be stored stops the device', async () => {
    await enrol();
    rows.failures = Infinity;
    await send();
    await send();
    await send();
    expect(diary).toContain('stopped unwritable');
    expect(await send()).toMatchObject({ kind: 'refused' });
  });

  test('in which the core breaks stops the device', async () => {
    const broken: DeviceCore = {
      handle: () => {
        throw new WebAssembly.RuntimeError('unreachable');
      },
      open_item: () => ({ id: '', seq: 1, at_ms: 0, content: { kind: 'unreadable', reason: '' } }),
      share: () => ({ state: [], items: [] }),
      free: () => undefined,
    };
    host = new Host(() => broken, rows, world);
    await host.start();
    expect(diary).toContain('stopped broken');
  });
});

test('a store that does not read is never taken for an empty one', async () => {
  rows.broken = true;
  await host.start();
  expect(diary).toEqual(['disconnect', 'disconnect', 'stopped unreadable']);
});

test('inputs are handled one at a time, in their order', async () => {
  let inside = 0;
  const seen: string[] = [];
  const one: DeviceCore = {
    handle(input): Step {
      seen.push(input.kind === 'command' ? input.command.kind : input.kind);
      inside += 1;
      expect(inside).toBe(1);
      return { delta: { state: [{ key: Uint8Array.of(1), value: null }], items: [] }, effects: [] };
    },
    open_item: () => ({ id: '', seq: 1, at_ms: 0, content: { kind: 'unreadable', reason: '' } }),
    share: () => ({ state: [], items: [] }),
    free: () => undefined,
  };
  const slow = Object.assign(new Memory(diary), {
    async write() {
      await new Promise((later) => setTimeout(later, 1));
      inside -= 1;
    },
  });
  host = new Host(() => one, slow, world);
  const all = [host.start(), command({ kind: 'enrol' }), command({ kind: 'sign_out' })];
  await Promise.all(all);
  expect(seen).toEqual(['tick', 'connect', 'enrol', 'sign_out']);
});

test('an answer for an earlier life of the device is not heard', async () => {
  await enrol();
  await send();
  const [stale] = world.timers;
  rows.failures = 1;
  await send();
  const before = events.length;
  stale?.();
  await host.ask({ kind: 'snapshot' });
  expect(events.length).toBe(before);
});

test('a lost network closes the socket before the device hears of it', async () => {
  await enrol();
  await host.ask({ kind: 'network_lost' });
  expect(diary.slice(0, 2)).toEqual(['disconnect', 'event status']);
});

test('a request without an answer is heard as status 0 or what came', async () => {
  const heard: Input[] = [];
  const request: Effect = {
    kind: 'request', id: 7, method: 'GET', path: '/v1/circles', media_type: null, body: new Uint8Array(),
  };
  const asking: DeviceCore = {
    handle(input) {
      heard.push(input);
      const effects = input.kind === 'tick' ? [request] : [];
      return { delta: { state: [], items: [] }, effects };
    },
    open_item: () => ({ id: '', seq: 1, at_ms: 0, content: { kind: 'unreadable', reason: '' } }),
    share: () => ({ state: [], items: [] }),
    free: () => undefined,
  };
  world.request = () => Promise.resolve({ status: 0, body: new Uint8Array() });
  host = new Host(() => asking, rows, world);
  await host.start();
  await host.ask({ kind: 'snapshot' });
  await host.ask({ kind: 'snapshot' });
  expect(heard).toContainEqual({ kind: 'answer', id: 7, status: 0, body: new Uint8Array() });
});

test('a page that comes later is told how things stand', async () => {
  await enrol();
  const reply = await host.ask({ kind: 'snapshot' });
  if (reply.kind !== 'snapshot') throw new Error('no snapshot');
  expect(reply.events).toContainEqual(
    expect.objectContaining({ kind: 'status', status: expect.objectContaining({ link: 'online' }) }),
  );
  expect(reply.events.map(({ kind }) => kind).sort()).toEqual(['circles', 'devices', 'status']);
  const page = await host.ask({ kind: 'page', circle: circles.pair, before: null, limit: 40 });
  expect(page).toMatchObject({ kind: 'page', older: null });
  if (page.kind !== 'page') throw new Error('no page');
  expect(page.oldest).not.toBeNull();
});

test('a secret that is shown once is not told to a page that comes later', async () => {
  await enrol();
  await command({ kind: 'make_recovery_code' });
  expect(events.map(({ kind }) => kind)).toContain('recovery_code');
  const reply = await host.ask({ kind: 'snapshot' });
  expect(JSON.stringify(reply)).not.toContain('recovery_code');
});

test('the digits of an enrolment are told until the device is someone\'s', async () => {
  await host.start();
  const told = async (): Promise<string> => JSON.stringify(await host.ask({ kind: 'snapshot' }));
  await command({ kind: 'open_link', link: '#/device/maria.alone' });
  expect(await told()).toContain('"enrolment"');
  await command({ kind: 'recover', code: 'good code for maria 2345 678901' });
  expect(await told()).not.toContain('"enrolment"');
});

describe('a log-off', () => {
  test('is stored, then locks the pages, and lets the device go once the server has answered', async () => {
    let answer: (answer: { status: number; body: Uint8Array }) => void = () => undefined;
    world.request = () => new Promise((answered) => (answer = answered));
    const request: Effect = {
      kind: 'request', id: 1, method: 'DELETE', path: '/v1/session', media_type: null, body: new Uint8Array(),
    };
    const leaving: DeviceCore = {
      handle: (input) => ({
        delta: { state: [], items: [{ key: Uint8Array.of(1), value: null }] },
        effects: input.kind === 'command' && input.command.kind === 'sign_out' ? [request] : [],
      }),
      open_item: () => ({ id: '', seq: 1, at_ms: 0, content: { kind: 'unreadable', reason: '' } }),
      share: () => ({ state: [], items: [] }),
      free: () => diary.push('freed'),
    };
    host = new Host(() => leaving, rows, world);
    await host.start();
    diary.length = 0;
    expect(await command({ kind: 'sign_out' })).toEqual({ kind: 'done' });
    await host.ask({ kind: 'snapshot' });
    expect(diary).toEqual(['stored', 'locked']);
    answer({ status: 204, body: new Uint8Array() });
    await new Promise((later) => setTimeout(later, 0));
    await host.ask({ kind: 'snapshot' });
    expect(diary).toEqual(['stored', 'locked', 'stored', 'freed', 'disconnect', 'ended']);
    expect(await host.ask({ kind: 'page', circle: circles.pair, before: null, limit: 40 })).toMatchObject({ kind: 'refused' });
  });

  test('that cannot be stored locks nothing', async () => {
    await enrol();
    rows.failures = 1;
    expect(await command({ kind: 'sign_out' })).toMatchObject({ kind: 'refused', code: 'not_stored' });
    expect(diary).not.toContain('locked');
  });

  test('keeps the next worker from showing anything until somebody signs in', async () => {
    await enrol();
    await command({ kind: 'sign_out' });
    await host.ask({ kind: 'snapshot' });
    expect(diary.at(-1)).toBe('ended');
    events.length = 0;
    host = new Host((_keys, _name, stored) => new Device(stored, () => true), rows, world);
    await host.start();
    expect(events.map(({ kind }) => kind)).toEqual(['status']);
    const page = { kind: 'page', circle: circles.pair, before: null, limit: 40 } as const;
    expect(await host.ask(page)).toMatchObject({ kind: 'refused', code: 'signed_out' });
    const told = await host.ask({ kind: 'snapshot' });
    expect(told.kind === 'snapshot' ? told.events.map(({ kind }) => kind) : told).toEqual(['status']);
    await command({ kind: 'sign_in' });
    expect(events.map(({ kind }) => kind)).toContain('circles');
    expect(await host.ask(page)).toMatchObject({ kind: 'page' });
  });
});
