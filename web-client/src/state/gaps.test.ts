import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { BookInstead, NotBooked } from '../platform/api';
import { Booking } from './booking.svelte';
import { Visits } from './visits.svelte';

const GAP: NotBooked = {
  series: 'series-1',
  occurrence: '2026-11-24T10:00',
  at: { civil: '2026-11-24T10:00', offset: '-06:00', zone: 'America/Chicago' },
  code: 'slot_taken',
  kind: 'phone',
  minutes: 45,
  visit_type: null,
};

test('what is missing of series comes with a client’s visits', async () => {
  const visits = new Visits(refusing, () => Promise.resolve({ ok: true, body: { appointments: [], not_booked: [GAP] } }));
  await visits.load();
  expect(visits.missing).toEqual([GAP]);
});

test('another time is booked in the place of a gap, as what it would have been', async () => {
  const asked: [string, BookInstead][] = [];
  const booking = new Booking(
    {
      ...refusing,
      bookInstead: (series, request) => {
        asked.push([series, request]);
        return Promise.resolve({ ok: false, code: 'slot_taken' });
      },
    },
    'maria',
    '2026-11-03',
    GAP,
  );
  await booking.start();
  expect([booking.kind, booking.times.day, booking.times.time, booking.times.minutes, booking.times.zone]).toEqual([
    'phone', '2026-11-24', '', 45, 'America/Chicago',
  ]);
  booking.times.day = '2026-11-25';
  booking.times.time = '11:00';
  expect(await booking.book()).toBeNull();
  const [series, { occurrence, visit }] = asked[0] ?? ['', { occurrence: '', visit: null }];
  expect([series, occurrence]).toEqual(['series-1', '2026-11-24T10:00']);
  expect(visit).toMatchObject({ client: 'maria', kind: 'phone', civil_start: '2026-11-25T11:00', minutes: 45 });
});
