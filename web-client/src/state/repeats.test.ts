import { describe, expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Api, BookSeries, Conflict, SeriesBooked } from '../platform/api';
import { Booking } from './booking.svelte';
import { Repeats, nthOf } from './repeats.svelte';
import { Visits } from './visits.svelte';

describe('how a visit repeats', () => {
  test('is a rule that names its first day', () => {
    const repeats = new Repeats();
    expect(repeats.rule('2026-11-10')).toBeNull();
    repeats.every = 'week';
    expect(repeats.rule('2026-11-10')).toBe('FREQ=WEEKLY;COUNT=10');
    repeats.every = 'fortnight';
    repeats.count = 4;
    expect(repeats.rule('2026-11-10')).toBe('FREQ=WEEKLY;INTERVAL=2;COUNT=4');
    repeats.every = 'month';
    repeats.ends = 'day';
    repeats.guessLastDay('2026-11-10');
    expect(repeats.rule('2026-11-10')).toBe('FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270209');
    expect(repeats.rule('2026-11-29')).toBe('FREQ=MONTHLY;BYDAY=-1SU;UNTIL=20270209');
    expect(repeats.rule('')).toBeNull();
  });

  test('counts the days of a month by their weekday', () => {
    const days = ['01', '07', '08', '14', '15', '21', '22', '28', '29', '31'];
    expect(days.map((day) => nthOf(`2026-12-${day}`))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, -1, -1]);
  });
});

describe('booking a series', () => {
  const taken: Conflict = {
    at: { civil: '2026-12-15T10:00', offset: '-06:00', zone: 'America/Chicago' }, code: 'slot_taken', slots: [],
  };
  const made: SeriesBooked = { series: 's', appointments: [], not_booked: [taken] };

  test('names what cannot be booked, and books the others by another request', async () => {
    const sent: BookSeries[] = [];
    const api: Api = {
      ...refusing,
      bookSeries: (request) => {
        sent.push(request);
        return Promise.resolve(
          request.skip_conflicts === true
            ? { ok: true, body: made }
            : { ok: false, code: 'series_conflicts', conflicts: [taken] },
        );
      },
    };
    const booking = new Booking(api, 'maria', '2026-12-01');
    booking.times.time = '10:00';
    booking.repeats.every = 'week';
    expect(await booking.bookSeries(false)).toBeNull();
    expect(booking.conflicts).toEqual([taken]);
    expect(await booking.bookSeries(true)).toEqual(made);
    expect(booking.conflicts).toEqual([]);
    expect(sent.map(({ rule, skip_conflicts }) => [rule, skip_conflicts])).toEqual([
      ['FREQ=WEEKLY;COUNT=10', false],
      ['FREQ=WEEKLY;COUNT=10', true],
    ]);
    expect(sent[0]?.first.civil_start).toBe('2026-12-01T10:00');
    expect(sent[0]?.first.op_id).not.toBe(sent[1]?.first.op_id);
  });
});

describe('changing a series', () => {
  test('looks at all of it again, and says of one visit nothing of others', async () => {
    const sent: object[] = [];
    let reads = 0;
    const visit = { id: 'v', sequence: 0, start: 1, state: 'booked' };
    const answer = Promise.resolve({ ok: true, body: visit } as never);
    const api: Api = {
      ...refusing,
      move: (_, request) => (sent.push(request), answer),
      callOff: (_, request) => (sent.push(request), answer),
    };
    const visits = new Visits(api, () => (reads++, Promise.resolve({ ok: true, body: { appointments: [] } })));
    const time = { civil_start: '2026-12-01T10:00', zone: null, minutes: 30 };
    await visits.move(visit as never, time);
    await visits.callOff(visit as never, 'agency');
    expect(reads).toBe(0);
    expect(sent.some((request) => 'scope' in request)).toBe(false);
    await visits.move(visit as never, time, { scope: 'all', skip: true });
    await visits.callOff(visit as never, 'agency', 'this_and_later');
    expect(reads).toBe(2);
    expect(sent.slice(2)).toMatchObject([{ scope: 'all', skip_conflicts: true }, { scope: 'this_and_later' }]);
  });
});
