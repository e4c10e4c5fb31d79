import { describe, expect, test } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { people } from '../../doubles/story';
import type { Appointment, WorkingHours } from '../platform/api';
import {
  civilOf, hoursIn, minuteOf, neighbour, openOn, placed, rowsOf, snapped, stepOf, stepped, type Place,
} from './grid';

const CHICAGO = 'America/Chicago';

function visit(id: string, startMs: number, minutes = 30): Appointment {
  const at = localTime(startMs, CHICAGO);
  return {
    id, client: people.maria.person, client_name: people.maria.name, kind: 'video', state: 'booked',
    sequence: 0, start: startMs * 1_000, minutes, at, yours: at, participants: [], meeting_link: null,
    cancelled: null, closed: null, visit_type: null, may_change: true, may_close: false, may_reply: false,
  };
}
const on = (id: string, civil: string, minutes = 30): Appointment => visit(id, instant(civil, CHICAGO), minutes);
const lanes = (places: readonly Place[]): Record<string, string> =>
  Object.fromEntries(places.map(({ visit: { id }, lane, lanes: all }) => [id, `${lane + 1}/${all}`]));

test('a time is a minute of its day, and back', () => {
  expect(minuteOf('2026-12-01T10:05')).toBe(605);
  expect(civilOf('2026-12-01', 605)).toBe('2026-12-01T10:05');
  expect(civilOf('2026-12-01', 1_440)).toBe('2026-12-01T00:00');
});

describe('places', () => {
  test('visits at the same time stand beside each other, the others have all the room', () => {
    const places = placed([
      on('late', '2026-12-01T14:00'), on('a', '2026-12-01T09:00', 60), on('b', '2026-12-01T09:30', 60),
      on('c', '2026-12-01T10:00'), on('after', '2026-12-01T10:30'),
    ]);
    expect(places.map(({ visit: { id } }) => id)).toEqual(['a', 'b', 'c', 'after', 'late']);
    // C meets only B, and takes the lane that A has left; what begins when they end stands alone.
    expect(lanes(places)).toEqual({ a: '1/2', b: '2/2', c: '1/2', after: '1/1', late: '1/1' });
  });

  test('three at once are three lanes, also for the one that met only the first', () => {
    const places = placed([
      on('all', '2026-12-01T09:00', 120), on('b', '2026-12-01T09:00'), on('c', '2026-12-01T09:15'),
      on('d', '2026-12-01T10:30'),
    ]);
    expect(lanes(places)).toEqual({ all: '1/3', b: '2/3', c: '3/3', d: '2/3' });
  });

  test('a short visit is drawn so that it can be met, and one past midnight ends with its day', () => {
    expect(placed([on('short', '2026-12-01T09:00', 5)])[0]).toMatchObject({ from: 540, until: 560 });
    expect(placed([on('night', '2026-12-01T23:30', 90)])[0]).toMatchObject({ from: 1_410, until: 1_440 });
  });

  test('a day of 23 hours keeps the row that no clock shows, and nothing stands in it', () => {
    const before = instant('2027-03-14T01:30', CHICAGO);
    const places = placed([visit('before', before), visit('an-hour-on', before + 3_600_000)]);
    expect(places.map(({ from }) => from)).toEqual([90, 210]);
    expect(places.some(({ from, until }) => from < 180 && until > 120)).toBe(false);
    expect(places.map(({ twice }) => twice)).toEqual([false, false]);
  });

  test('a day of 25 hours has the hour that comes twice in one row, side by side, each known by its offset', () => {
    const first = instant('2026-11-01T00:30', CHICAGO) + 3_600_000;
    const second = first + 3_600_000;
    const places = placed([visit('second', second), visit('first', first), on('noon', '2026-11-01T12:00')]);
    expect(places.map(({ visit: { id }, from }) => [id, from])).toEqual([['first', 90], ['second', 90], ['noon', 720]]);
    expect(places.map(({ visit: { yours } }) => yours.offset)).toEqual(['-05:00', '-06:00', '-06:00']);
    expect(lanes(places)).toEqual({ first: '1/2', second: '2/2', noon: '1/1' });
    expect(places.map(({ twice }) => twice)).toEqual([true, true, false]);
  });
});

describe('hours', () => {
  const hours: WorkingHours = {
    zone: CHICAGO,
    weekly: [
      { weekday: 2, open: { from: '13:00', until: '24:00' } }, { weekday: 2, open: { from: '09:00', until: '12:00' } },
    ],
    dated: [{ date: '2026-12-08', open: [] }],
  };

  test('are those of the weekday, or the date\'s own', () => {
    expect(openOn('2026-12-01', hours)).toEqual([{ from: 540, until: 720 }, { from: 780, until: 1_440 }]);
    expect(openOn('2026-12-08', hours)).toEqual([]);
    expect(openOn('2026-12-02', hours)).toEqual([]);
  });

  test('that are shown have everything in them, and never leave the day', () => {
    expect(rowsOf([])).toEqual({ from: 420, until: 1_140 });
    expect(rowsOf([{ from: 540, until: 1_020 }, { from: 500, until: 530 }])).toEqual({ from: 420, until: 1_080 });
    expect(rowsOf([{ from: 15, until: 1_430 }])).toEqual({ from: 0, until: 1_440 });
    expect(hoursIn({ from: 420, until: 600 })).toEqual([420, 480, 540]);
  });
});

describe('moving', () => {
  test('goes by quarters of an hour, within what is shown', () => {
    expect(snapped(607)).toBe(600);
    expect(snapped(608)).toBe(615);
    expect(snapped(-40)).toBe(0);
    expect(snapped(1_500)).toBe(1_425);
    expect(snapped(100, { from: 420, until: 1_080 })).toBe(420);
    expect(snapped(1_100, { from: 420, until: 1_080 })).toBe(1_065);
  });

  test('by keys, an odd minute goes to the next quarter in that direction', () => {
    expect([stepped(600, 1), stepped(600, -1)]).toEqual([615, 585]);
    expect([stepped(605, 1), stepped(605, -1)]).toEqual([615, 600]);
    expect([stepped(0, -1), stepped(1_425, 1)]).toEqual([0, 1_425]);
  });

  test('to the side follows the direction of the script', () => {
    expect(stepOf('ArrowRight', false)).toEqual({ days: 1, quarters: 0 });
    expect(stepOf('ArrowRight', true)).toEqual({ days: -1, quarters: 0 });
    expect(stepOf('ArrowUp', true)).toEqual({ days: 0, quarters: -1 });
    expect(stepOf('a', false)).toBeNull();
  });
});

test('keys go through the visits day by day, and over empty days to the nearest in time', () => {
  const days = [
    placed([on('a', '2026-12-01T09:00'), on('b', '2026-12-01T15:00')]),
    placed([]),
    placed([on('c', '2026-12-03T08:00'), on('d', '2026-12-03T14:00')]),
  ];
  const go = (from: string, key: string): string | null => neighbour(days, from, key, false);
  expect([go('a', 'ArrowDown'), go('b', 'ArrowDown'), go('c', 'ArrowUp')]).toEqual(['b', 'c', 'b']);
  expect([go('a', 'ArrowRight'), go('b', 'ArrowRight'), go('d', 'ArrowLeft')]).toEqual(['c', 'd', 'b']);
  expect([go('a', 'ArrowUp'), go('d', 'ArrowDown'), go('a', 'ArrowLeft')]).toEqual([null, null, null]);
  expect([go('d', 'Home'), go('a', 'End')]).toEqual(['a', 'd']);
  expect(neighbour(days, 'a', 'ArrowLeft', true)).toBe('c');
});
