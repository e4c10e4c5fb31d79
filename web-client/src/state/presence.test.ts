import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Presence, SHARED_MS, STAFF_MS, allowedAwayMs, type OtherTabs } from './presence.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The time of day of every tab. */
let nowMs: number;
let stops: (() => void)[];
/** The channels of the tabs that are open. */
let seats: OtherTabs[];

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = Date.parse('2026-12-01T10:00:00Z');
  stops = [];
  seats = [];
});
afterEach(() => {
  for (const stop of stops) stop();
  vi.useRealTimers();
});

/** A channel that carries messages to all but their sender, as BroadcastChannel does. */
function sit(): OtherTabs {
  const seat: OtherTabs = {
    onmessage: null,
    postMessage(data) {
      for (const other of seats) if (other !== seat) other.onmessage?.({ data } as MessageEvent<number>);
    },
    close() {
      seats = seats.filter((other) => other !== seat);
    },
  };
  seats.push(seat);
  return seat;
}

interface Tab {
  presence: Presence;
  page: EventTarget;
  hidden: boolean;
  end: ReturnType<typeof vi.fn<() => Promise<void>>>;
  stop: () => void;
}

function open(allowedMs: number | null = STAFF_MS): Tab {
  const page = new EventTarget();
  const presence = new Presence({ nowMs: () => nowMs, hidden: () => tab.hidden, page, tabs: sit() });
  presence.allowedMs = allowedMs;
  const end = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const tab: Tab = { presence, page, hidden: false, end, stop: () => undefined };
  tab.stop = presence.watch(end);
  stops.push(tab.stop);
  return tab;
}

/** Time goes by, and the timers of the tabs come once. */
async function pass(ms: number): Promise<void> {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(1_000);
}
const does = ({ page }: Tab, sign: string, more: object = {}): void =>
  void page.dispatchEvent(Object.assign(new Event(sign), more));

describe('how long nobody may be there', () => {
  test('is what the server says', () => {
    const limits = readFileSync(join(import.meta.dirname, '../../../server/protocol/src/limits/people.rs'), 'utf8');
    expect(limits).toContain(`pub const SESSION_IDLE_STAFF_S: i64 = ${STAFF_MS / MINUTE} * 60;`);
    expect(limits).toContain(`pub const SESSION_IDLE_SHARED_S: i64 = ${SHARED_MS / MINUTE} * 60;`);
  });

  test('depends on who it is and on whether others use the device too', () => {
    expect(allowedAwayMs(true, null)).toBe(STAFF_MS);
    expect(allowedAwayMs(true, 15 * MINUTE)).toBe(STAFF_MS);
    // A request is noted at most once a minute.
    expect(allowedAwayMs(true, 14 * MINUTE)).toBe(STAFF_MS);
    expect(allowedAwayMs(true, 10 * MINUTE)).toBe(SHARED_MS);
    expect(allowedAwayMs(false, 9 * MINUTE)).toBe(SHARED_MS);
  });

  test('is not for the page to say on a client\'s own device', async () => {
    expect(allowedAwayMs(false, 24 * HOUR)).toBeNull();
    expect(allowedAwayMs(false, null)).toBeNull();
    const tab = open(null);
    await pass(23 * HOUR);
    expect([tab.presence.asking, tab.end.mock.calls.length]).toEqual([false, 0]);
  });
});

test('somebody is asked a minute before, and signed out once at the limit', async () => {
  const tab = open();
  await pass(13 * MINUTE + 59_000);
  expect(tab.presence.asking).toBe(false);
  await pass(1_000);
  expect(tab.presence.asking).toBe(true);
  await pass(59_000);
  expect(tab.end).not.toHaveBeenCalled();
  tab.end.mockReturnValue(new Promise(() => undefined));
  await pass(1_000);
  await pass(1_000);
  expect(tab.end).toHaveBeenCalledOnce();
});

test('a log-off that did not work is tried again', async () => {
  const tab = open();
  tab.end.mockRejectedValueOnce(new Error('not stored'));
  await pass(15 * MINUTE);
  await pass(1_000);
  expect(tab.end).toHaveBeenCalledTimes(2);
});

test.each(['pointerdown', 'pointermove', 'wheel', 'touchmove', 'keydown', 'visibilitychange'])('%s is somebody', async (sign) => {
  const tab = open();
  await pass(13 * MINUTE);
  does(tab, sign);
  await pass(13 * MINUTE);
  expect(tab.presence.asking).toBe(false);
  await pass(MINUTE);
  expect(tab.presence.asking).toBe(true);
});

test('a page that scrolls, that moves under the pointer, or that nobody sees is nobody', async () => {
  const tab = open();
  await pass(13 * MINUTE);
  does(tab, 'scroll');
  does(tab, 'pointermove', { movementX: 0, movementY: 0 });
  tab.hidden = true;
  does(tab, 'visibilitychange');
  await pass(MINUTE);
  expect(tab.presence.asking).toBe(true);
});

test('the question stays until it is answered, or somebody comes back to the tab', async () => {
  const tab = open();
  await pass(14 * MINUTE);
  does(tab, 'pointermove', { movementX: 3, movementY: 1 });
  expect(tab.presence.asking).toBe(true);
  tab.presence.stay();
  expect(tab.presence.asking).toBe(false);
  await pass(14 * MINUTE);
  expect(tab.presence.asking).toBe(true);
  does(tab, 'visibilitychange');
  expect(tab.presence.asking).toBe(false);
  expect(tab.end).not.toHaveBeenCalled();
});

test('whoever wakes a machine that slept through the limit finds it signed out', () => {
  const tab = open();
  // No timer came meanwhile.
  nowMs += 8 * HOUR;
  does(tab, 'keydown');
  expect(tab.end).toHaveBeenCalledOnce();
  tab.presence.stay();
  expect(tab.presence.over).toBe(true);
});

test('a clock that is set back lets nobody be away for longer', async () => {
  const tab = open();
  await pass(-HOUR);
  await pass(14 * MINUTE);
  expect(tab.presence.asking).toBe(true);
});

test('somebody in one tab is there for the others', async () => {
  const [first, second] = [open(), open()];
  await pass(14 * MINUTE);
  expect([first.presence.asking, second.presence.asking]).toEqual([true, true]);
  second.presence.stay();
  expect(first.presence.asking).toBe(false);
  await pass(13 * MINUTE);
  does(first, 'keydown');
  await pass(13 * MINUTE);
  expect([first.presence.asking, second.presence.asking]).toEqual([false, false]);
  await pass(2 * MINUTE);
  expect([first.presence.over, second.presence.over]).toEqual([true, true]);
});

test('who moves all the time is told of once a second', () => {
  const tab = open();
  const heard = vi.fn();
  sit().onmessage = heard;
  for (let step = 0; step < 20; step += 1) {
    nowMs += 100;
    does(tab, 'pointermove', { movementX: 1, movementY: 0 });
  }
  expect(heard).toHaveBeenCalledTimes(2);
});

test('once it is no longer watched nothing is heard and nobody signed out', async () => {
  const tab = open();
  tab.stop();
  does(tab, 'keydown');
  await pass(HOUR);
  expect([tab.presence.asking, tab.end.mock.calls.length, seats.length]).toEqual([false, 0, 0]);
});
