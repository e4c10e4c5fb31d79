// The server's share of what seals the rows: asked for, kept or not, forgotten at every log-off. The store is real.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DeviceCore, Keys } from './device';
import { Host, type World } from './host';
import { Store } from './store';
import type { Effect, Input, Status } from './types.gen';

const SHARE = Uint8Array.from({ length: 32 }, (_, at) => at);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const me = { account: 'a', person: 'p', name: 'Maria Sample', role: 'client', agency: 'Agency', safety_number: '' } as const;
const status = (link: Status['link']): Effect => ({
  kind: 'event',
  event: { kind: 'status', status: { me, link, awaits: null, joining: null, sealed: false } },
});
/** What the server is asked comes back with the next input. */
const bye: Input = { kind: 'frame', bytes: bytes('bye') };
const unseal = (keep: boolean): Input => ({ kind: 'frame', bytes: bytes(keep ? 'keep' : 'ask') });

let databases = 0;
let name: string;
/** Under what the device was opened each time. */
let opened: Keys[];
let diary: string[];
let hear: (input: Input) => void;
/** The share that does not open what is stored. */
let wrong: Uint8Array | null;
beforeEach(() => {
  wrong = null;
  name = `share ${databases++}`;
  opened = [];
  diary = [];
});

/** A device that hands over the share when it is told to, and is signed out by the server when it says so. */
function device(keys: Keys): DeviceCore {
  if (keys.share !== null && String(keys.share) === String(wrong)) throw new Error('a row does not open');
  opened.push({ ...keys, share: keys.share?.slice() ?? null });
  const effects = (input: Input): Effect[] => {
    if (input.kind === 'command') {
      diary.push(input.command.kind);
      if (input.command.kind === 'connect') return [{ kind: 'connect' }];
      return input.command.kind === 'sign_out' ? [status('signed_out')] : [];
    }
    if (input.kind !== 'frame') return [];
    const said = new TextDecoder().decode(input.bytes);
    return said === 'bye' ? [status('signed_out')] : [{ kind: 'unseal', share: SHARE, keep: said === 'keep' }];
  };
  return {
    handle: (input) => ({ delta: { state: [], items: [] }, effects: effects(input) }),
    open_item: () => ({ id: '', seq: 1, at_ms: 0, content: { kind: 'unreadable', reason: '' } }),
    share: (_key, share, items) => ({
      state: [{ key: bytes('me'), value: share.slice(0, 1) }],
      items: items.map(({ key }) => ({ key, value: bytes('anew') })),
    }),
    free: () => undefined,
  };
}

const world: World = {
  serverName: 'localhost:8443',
  nowMicros: () => 1_000_000,
  connect: (heard) => (hear = heard),
  disconnect: () => undefined,
  send: () => undefined,
  request: () => Promise.resolve({ status: 200, body: new Uint8Array() }),
  timer: () => undefined,
  emit: () => undefined,
  stopped: (why) => diary.push(`stopped ${why}`),
  locked: () => diary.push('locked'),
  ended: () => diary.push('ended'),
};

/** Everything that was asked of it so far is done; what followed from that too. */
async function settled(host: Host): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await host.ask({ kind: 'snapshot' });
}

async function starts(): Promise<{ host: Host; store: Store }> {
  const store = await Store.open(name);
  const host = new Host(device, store, world);
  await host.start();
  return { host, store };
}

async function given(keep: boolean): Promise<{ host: Host; store: Store }> {
  const { host, store } = await starts();
  hear(unseal(keep));
  await settled(host);
  return { host, store };
}

describe('the share', () => {
  test('seals everything anew the first time, and the device goes on', async () => {
    const before = await Store.open(name);
    const key = new Uint8Array(24);
    await before.write({ state: [{ key: bytes('old'), value: bytes('old') }], items: [{ key, value: bytes('old') }] });
    before.close();
    const { store } = await given(false);
    expect(await store.state()).toEqual([{ key: bytes('me'), value: Uint8Array.of(0) }]);
    expect(await store.everyItem()).toEqual([{ key, value: bytes('anew') }]);
    expect(diary).toEqual(['connect', 'connect']);
    expect(opened).toMatchObject([{ shared: false, share: null }]);
  });

  test('that is kept opens the device again without the server', async () => {
    const { store } = await given(true);
    store.close();
    await starts();
    expect(opened.at(-1)).toMatchObject({ shared: true, share: SHARE });
  });

  test('that is not kept is asked for each time, and then opens the device', async () => {
    const { store } = await given(false);
    store.close();
    const { host } = await starts();
    expect(opened.at(-1)).toMatchObject({ shared: true, share: null });
    hear(unseal(false));
    await settled(host);
    expect(opened.at(-1)).toMatchObject({ shared: true, share: SHARE });
  });

  test.each(['by the person', 'by the server'])('is forgotten when the session ends %s', async (how) => {
    const { host, store } = await given(true);
    expect(await store.share()).toEqual(SHARE);
    if (how === 'by the person') await host.ask({ kind: 'command', command: { kind: 'sign_out' } });
    else hear(bye);
    await settled(host);
    expect(diary.slice(-2)).toEqual(['locked', 'ended']);
    store.close();
    const { store: again } = await starts();
    expect(await again.share()).toBeNull();
    expect(opened.at(-1)).toMatchObject({ shared: true, share: null });
  });

  test('that may not be kept any more is forgotten where it was', async () => {
    const { store } = await given(true);
    // The page was closed before the log-off could be stored, and others use the device now.
    store.close();
    const { host, store: again } = await starts();
    hear(unseal(false));
    await settled(host);
    expect(await again.share()).toBeNull();
  });

  test('that does not open what is stored is neither kept nor used, and is asked for again', async () => {
    const { store } = await given(false);
    store.close();
    const { host, store: again } = await starts();
    wrong = SHARE;
    hear(unseal(true));
    await settled(host);
    expect(diary.at(-1)).toBe('stopped unreadable');
    expect(await again.share()).toBeNull();
    again.close();
    // One that was kept by then.
    wrong = null;
    const { store: third } = await given(true);
    third.close();
    wrong = SHARE;
    const { store: last } = await starts();
    expect(opened.at(-1)).toMatchObject({ shared: true, share: null });
    expect(await last.share()).toBeNull();
  });

  test('answers nobody any more once the session is over', async () => {
    const { host } = await given(true);
    hear(bye);
    await host.ask({ kind: 'snapshot' });
    expect(await host.ask({ kind: 'command', command: { kind: 'sign_in' } })).toMatchObject({ kind: 'refused', code: 'signed_out' });
    expect(await host.ask({ kind: 'page', circle: 'c', before: null, limit: 1 })).toMatchObject({ kind: 'refused', code: 'signed_out' });
  });

  test('that cannot be stored stops the device rather than going on without', async () => {
    const { host, store } = await starts();
    store.close();
    hear(unseal(true));
    await settled(host);
    expect(diary.at(-1)).toBe('stopped unwritable');
  });
});
