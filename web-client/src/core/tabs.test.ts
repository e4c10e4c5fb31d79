import { expect, test, vi } from 'vitest';
import { Device } from '../../doubles/device';
import { Host, type World } from './host';
import type { BetweenTabs, FromWorker } from './messages';
import { Tab, type Channel } from './tabs';

/** A channel that carries messages to all but their sender, as BroadcastChannel does. */
function room(): () => Channel {
  const seats: Channel[] = [];
  return () => {
    const seat: Channel = {
      onmessage: null,
      postMessage(data: BetweenTabs) {
        for (const other of seats.filter((one) => one !== seat)) {
          queueMicrotask(() => other.onmessage?.({ data } as MessageEvent<BetweenTabs>));
        }
      },
    };
    seats.push(seat);
    return seat;
  };
}

function hostFor(tab: Tab): Host {
  const world: World = {
    serverName: 'localhost', nowMicros: () => 0, connect: () => undefined, disconnect: () => undefined,
    send: () => undefined, timer: () => undefined,
    request: () => Promise.resolve({ status: 0, body: new Uint8Array() }),
    emit: (event) => tab.emit(event),
    stopped: (why) => tab.stage({ kind: 'stopped', why }),
    locked: () => tab.stage({ kind: 'locked' }),
    ended: () => tab.end(),
  };
  const rows = {
    vaultKey: new Uint8Array(32),
    shared: false,
    state: () => Promise.resolve([]),
    write: () => Promise.resolve(),
    items: () => Promise.resolve([]),
    everyItem: () => Promise.resolve([]),
    share: () => Promise.resolve(null),
    keep: () => Promise.resolve(),
    replace: () => Promise.resolve(),
  };
  return new Host((_keys, _name, stored) => new Device(stored, () => true), rows, world);
}

const link = { kind: 'command', command: { kind: 'open_link', link: '#/link/maria.x' } } as const;

test('a guest speaks through the owner and hears what its pages hear', async () => {
  const seat = room();
  const heard: FromWorker[] = [];
  const owner = new Tab(seat(), () => undefined);
  await owner.own(hostFor(owner));
  const guest = new Tab(seat(), (message) => heard.push(message));
  await guest.greet();
  // How it stands comes before that it runs: a locked page shows nothing else in between.
  expect(heard[0]).toMatchObject({ kind: 'event', event: { kind: 'status' } });
  expect(heard.at(-1)).toEqual({ kind: 'stage', stage: { kind: 'running' } });
  expect(await guest.ask(link)).toEqual({ kind: 'done' });
  await vi.waitFor(() =>
    expect(heard.at(-1)).toMatchObject({ kind: 'event', event: { kind: 'invitation' } }),
  );
});

test('a guest whose owner is silent says so, and runs once it owns the device itself', async () => {
  vi.useFakeTimers();
  const seat = room();
  seat();
  const heard: FromWorker[] = [];
  const guest = new Tab(seat(), (message) => heard.push(message));
  const greeted = guest.greet();
  await vi.advanceTimersByTimeAsync(5_000);
  await greeted;
  expect(heard).toEqual([{ kind: 'stage', stage: { kind: 'elsewhere' } }]);
  await guest.own(hostFor(guest));
  expect(heard.at(-1)).toEqual({ kind: 'stage', stage: { kind: 'running' } });
  vi.useRealTimers();
});

test('what was asked of an owner that went away is answered as lost when another takes over', async () => {
  const seat = room();
  seat();
  const waiting = new Tab(seat(), () => undefined);
  const asked = waiting.ask(link);
  const next = new Tab(seat(), () => undefined);
  await next.own(hostFor(next));
  expect(await asked).toMatchObject({ kind: 'refused', code: 'busy' });
});

test('a guest that signs out ends the owner and every other guest, and none takes the device over', async () => {
  const seat = room();
  const pages: FromWorker[][] = [[], [], []];
  const [owner, guest, other] = pages.map((heard) => new Tab(seat(), (message) => heard.push(message))) as [Tab, Tab, Tab];
  await owner.own(hostFor(owner));
  for (const one of [guest, other]) await one.greet();
  void guest.ask({ kind: 'command', command: { kind: 'sign_out' } });
  await Promise.all([owner, guest, other].map((tab) => tab.over));
  for (const heard of pages) {
    expect(heard).toContainEqual({ kind: 'stage', stage: { kind: 'locked' } });
    expect(heard.at(-1)).toEqual({ kind: 'ended' });
  }
  expect([owner, guest, other].map((tab) => tab.ended)).toEqual([true, true, true]);
});
