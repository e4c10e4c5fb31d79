import { afterEach, expect, test, vi } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Answer, Appointment } from '../platform/api';
import { Visits } from './visits.svelte';

const CHICAGO = 'America/Chicago';
const START = instant('2026-12-01T10:00', CHICAGO);
const at = localTime(START, CHICAGO);

function visit(over: Partial<Appointment> = {}): Appointment {
  return {
    id: 'v', client: people.maria.person, client_name: people.maria.name, kind: 'video', state: 'booked',
    sequence: 3, start: START * 1_000, minutes: 30, at, yours: at, participants: [],
    meeting_link: null, cancelled: null, closed: null, visit_type: null,
    may_change: true, may_close: false, may_reply: false, ...over,
  };
}
const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const bad = (code: string): Promise<Answer<never>> => Promise.resolve({ ok: false, code });

afterEach(() => void vi.restoreAllMocks());

test('what staff called off can be had back for as long as the server says', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(START);
  const off = visit({ state: 'cancelled', cancelled: 'agency', may_change: false, undo_left_s: 60 });
  let listed: Appointment[] = [];
  const undone: { op_id: string; sequence: number }[] = [];
  const staff = new Visits(
    {
      ...refusing,
      callOff: () => good(off),
      undoCancel: (_id, request) => (undone.push(request) === 1 ? bad('unreachable') : good(visit())),
    },
    () => good({ appointments: listed }),
  );
  await staff.callOff(visit(), 'agency');
  expect(staff.calledOff).toEqual([{ visit: off, untilMs: START + 60_000 }]);
  // Other days are shown meanwhile.
  listed = [visit({ id: 'other' })];
  await staff.load();
  expect(staff.calledOff).toHaveLength(1);
  expect(await staff.takeBack(off)).toMatchObject({ code: 'unreachable' });
  expect(await staff.takeBack(off)).toBeNull();
  expect(undone[1]).toEqual(undone[0]);
  expect(undone[0]).toMatchObject({ sequence: 3 });
  expect(staff.calledOff).toEqual([]);
  // The page was opened again: the server says how long; then that it is over.
  clock.mockReturnValue(START + 10_000);
  listed = [{ ...off, undo_left_s: 45 }];
  await staff.load();
  expect(staff.calledOff.map(({ untilMs }) => untilMs)).toEqual([START + 55_000]);
  listed = [{ ...off, undo_left_s: null }];
  await staff.load();
  // It stays until that was said; then it does not come again.
  expect(staff.calledOff.map(({ untilMs }) => untilMs)).toEqual([START + 10_000]);
  staff.forget(off);
  await staff.load();
  expect(staff.calledOff).toEqual([]);
});
