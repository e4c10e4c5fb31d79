import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Api, Appointment, BookAppointment, ChangePlace } from '../platform/api';
import { Booking } from './booking.svelte';
import { hasPlace, placeOf } from './places';
import { Visits } from './visits.svelte';

test('one goes somewhere for a visit that is neither by video nor by phone', () => {
  expect((['video', 'phone', 'office', 'home', 'community', 'court'] as const).filter(hasPlace)).toEqual(['office', 'home', 'community', 'court']);
  expect(placeOf('court', ' 9 Oak Square ')).toBe('9 Oak Square');
  expect(placeOf('court', '  ')).toBeNull();
  expect(placeOf('phone', '9 Oak Square')).toBeNull();
});

test('a visit is booked with its place, and one by video without what was typed before', async () => {
  const sent: BookAppointment[] = [];
  const api: Api = { ...refusing, book: (request) => (sent.push(request), Promise.resolve({ ok: false, code: 'unreachable' } as const)) };
  const booking = new Booking(api, people.maria.person, '2026-12-01');
  booking.times.time = '10:00';
  booking.kind = 'office';
  booking.place = ' 12 Elm Street ';
  await booking.book();
  booking.kind = 'video';
  await booking.book();
  expect(sent.map(({ place }) => place)).toEqual(['12 Elm Street', null]);
});

test('where it is is said once for each intent, of a series for others too, and then all are read anew', async () => {
  const sent: ChangePlace[] = [];
  let read = 0;
  const visit = { id: 'v', sequence: 3, start: 1 } as Appointment;
  const api: Api = {
    ...refusing,
    changePlace: (id, request) => {
      sent.push(request);
      if (sent.length === 1) return Promise.resolve({ ok: false, code: 'unreachable' } as const);
      return Promise.resolve({ ok: true as const, body: { ...visit, id, place: request.place ?? null } });
    },
  };
  const visits = new Visits(api, () => ((read += 1), Promise.resolve({ ok: true as const, body: { appointments: [] } })));
  expect((await visits.changePlace(visit, '9 Oak Square'))?.code).toBe('unreachable');
  expect(await visits.changePlace(visit, '9 Oak Square')).toBeNull();
  expect(visits.list[0]?.place).toBe('9 Oak Square');
  expect(read).toBe(0);
  expect(await visits.changePlace(visit, null, 'all')).toBeNull();
  expect(read).toBe(1);
  expect(sent[0]?.op_id).toBe(sent[1]?.op_id);
  expect(sent.map(({ place, scope }) => [place, scope])).toEqual([['9 Oak Square', undefined], ['9 Oak Square', undefined], [null, 'all']]);
});
