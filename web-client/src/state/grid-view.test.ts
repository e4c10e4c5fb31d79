import { beforeEach, describe, expect, test } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Api, Appointment, WorkingHours } from '../platform/api';
import { Calendar } from './calendar.svelte';
import { GridView } from './grid-view.svelte';
import { Preferences } from './preferences.svelte';

const CHICAGO = 'America/Chicago';
const DENVER = 'America/Denver';

function visit(id: string, civil: string, over: Partial<Appointment> = {}): Appointment {
  const at = instant(civil, CHICAGO);
  return {
    id, client: people.maria.person, client_name: people.maria.name, kind: 'video', state: 'booked',
    sequence: 0, start: at * 1_000, minutes: 30, at: localTime(at, CHICAGO), yours: localTime(at, CHICAGO),
    participants: [], meeting_link: null, cancelled: null, closed: null, visit_type: null,
    may_change: true, may_close: false, may_reply: false, ...over,
  };
}

const HOURS: WorkingHours = {
  zone: CHICAGO, weekly: [{ weekday: 1, open: { from: '09:00', until: '17:00' } }], dated: [],
};
let listed: Appointment[];
let hours: WorkingHours;
let calendar: Calendar;
let grid: GridView;

async function show(span: 'day' | 'week' = 'week'): Promise<void> {
  const api: Api = {
    ...refusing,
    appointments: () => Promise.resolve({ ok: true, body: { appointments: listed } }),
    hours: () => Promise.resolve({ ok: true, body: hours }),
  };
  calendar = new Calendar(api);
  grid = new GridView(calendar);
  await calendar.show(span, '2026-12-07');
  await calendar.readHours();
}

beforeEach(async () => {
  hours = HOURS;
  listed = [
    visit('a', '2026-12-07T10:05'), visit('b', '2026-12-07T15:00'),
    visit('c', '2026-12-10T11:00', { may_change: false }),
  ];
  await show();
});

describe('a visit that is held by keys', () => {
  beforeEach(() => {
    grid.reach('a');
    grid.press('m', false);
  });

  test('goes by quarters and days, and is asked about where it is put down', () => {
    expect(grid.moving.held).toMatchObject({ by: 'keys', day: '2026-12-07', minute: 605 });
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) expect(grid.press(key, false)).toEqual({ kind: 'done' });
    expect(grid.moving.time).toEqual({ civil: '2026-12-08T10:30', zone: CHICAGO });
    expect(grid.asked).toBeUndefined();
    expect(grid.moving.putDown()).toBe(true);
    expect(grid.asked?.id).toBe('a');
    // While the question is open it lies still.
    grid.press('ArrowDown', false);
    grid.leave();
    expect(grid.moving.time?.civil).toBe('2026-12-08T10:30');
  });

  test('stays on the days that are shown, and keeps its minute from one to the next', () => {
    grid.press('ArrowLeft', false);
    expect(grid.moving.time?.civil).toBe('2026-12-07T10:05');
    for (let day = 0; day < 9; day += 1) grid.press('ArrowRight', false);
    expect(grid.moving.time?.civil).toBe('2026-12-13T10:05');
  });

  test('asks nothing if it was put down where it was', () => {
    grid.press('ArrowRight', false);
    grid.press('ArrowLeft', false);
    expect(grid.moving.putDown()).toBe(false);
    expect(grid.moving.held).toBeNull();
  });

  test('is put back by Escape, and by going elsewhere', () => {
    grid.press('ArrowDown', false);
    expect(grid.press('Escape', false)).toEqual({ kind: 'back' });
    grid.leave();
    expect(grid.moving.held).toBeNull();
    expect(grid.chosen).toBeUndefined();
  });

  test('takes the shown hours with it', () => {
    expect(grid.rows).toEqual({ from: 480, until: 1_080 });
    for (let quarter = 0; quarter < 12; quarter += 1) grid.press('ArrowUp', false);
    expect(grid.moving.time?.civil).toBe('2026-12-07T07:15');
    expect(grid.rows).toEqual({ from: 360, until: 1_080 });
  });
});

test('a visit that may not be moved is not taken up, and Tab reaches the next one to come', () => {
  grid.reach('c');
  expect(grid.press('M', false)).toBeNull();
  expect(grid.moving.held).toBeNull();
  expect(grid.press('ArrowLeft', false)).toEqual({ kind: 'focus', visit: 'a' });
  expect(grid.current(0)).toBe('c');
  expect(new GridView(calendar).current(instant('2026-12-07T12:00', CHICAGO))).toBe('b');
});

test('a day without another beside it has no step to the side', async () => {
  listed = [visit('a', '2026-12-07T10:00')];
  await show('day');
  grid.reach('a');
  grid.press('m', false);
  grid.press('ArrowRight', false);
  expect(grid.moving.time?.civil).toBe('2026-12-07T10:00');
});

test('a visit on other clocks is shown on those of the grid, and asked for on its own', async () => {
  const there = (id: string, civil: string): Appointment => {
    const one = visit(id, civil);
    return { ...one, at: localTime(one.start / 1_000, DENVER) };
  };
  listed = [there('a', '2026-12-07T10:00'), there('b', '2026-12-08T00:30')];
  await show();
  grid.reach('a');
  grid.press('m', false);
  grid.press('ArrowDown', false);
  expect(grid.moving.time).toEqual({ civil: '2026-12-07T10:15', zone: CHICAGO });
  expect(grid.moving.asked).toEqual({ civil: '2026-12-07T09:15', zone: DENVER });
  grid.moving.putBack();
  expect(grid.moving.asked).toBeNull();
  // There it is the evening before.
  grid.reach('b');
  grid.press('m', false);
  grid.press('ArrowRight', false);
  expect(grid.moving.time).toEqual({ civil: '2026-12-09T00:30', zone: CHICAGO });
  expect(grid.moving.asked).toEqual({ civil: '2026-12-08T23:30', zone: DENVER });
});

test('hours of another zone are not shown: nothing here computes with zones', async () => {
  expect(calendar.open('2026-12-07')).toEqual([{ from: 540, until: 1_020 }]);
  expect(calendar.open('2026-12-08')).toEqual([]);
  hours = { ...HOURS, zone: DENVER };
  await show();
  expect(calendar.open('2026-12-07')).toBeNull();
});

test('what is now is said only if this browser\'s clock is the one of the visits', async () => {
  const before = process.env['TZ'];
  for (const [zone, same] of [[CHICAGO, true], [DENVER, false]] as const) {
    process.env['TZ'] = zone;
    expect(calendar.sameClock, zone).toBe(same);
  }
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

test('the list is first; the browser remembers who asked for the grid', () => {
  const kept = new Map<string, string>();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    value: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    },
  });
  const preferences = new Preferences();
  expect(preferences.calendar).toBe('list');
  preferences.useView('grid');
  expect(new Preferences().calendar).toBe('grid');
  if (before === undefined) Reflect.deleteProperty(globalThis, 'localStorage');
  else Object.defineProperty(globalThis, 'localStorage', before);
});
