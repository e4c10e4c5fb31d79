import { expect, test } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Api, Appointment } from '../platform/api';
import { Visits } from './visits.svelte';

const CHICAGO = 'America/Chicago';
const START = instant('2026-12-01T10:00', CHICAGO);
const at = localTime(START, CHICAGO);

function visit(id: string, overlaps: boolean): Appointment {
  return {
    id, client: people.maria.person, client_name: people.maria.name, kind: 'phone', state: 'booked',
    sequence: 0, start: START * 1_000, minutes: 30, at, yours: at, participants: [],
    meeting_link: null, cancelled: null, closed: null, visit_type: null,
    may_change: true, may_close: false, may_reply: false, overlaps,
  };
}

/** How often the list was read, of visits that a move makes or ends an overlap of. */
async function reads(before: boolean, after: boolean): Promise<number> {
  let count = 0;
  const api: Api = {
    ...refusing,
    move: (id) => Promise.resolve({ ok: true, body: visit(id, after) }),
  };
  const list = (): ReturnType<Api['appointments']> => {
    count += 1;
    return Promise.resolve({ ok: true, body: { appointments: [visit('one', before), visit('other', before)] } });
  };
  const visits = new Visits(api, list);
  await visits.load();
  expect(await visits.move(visit('one', before), { civil_start: '2026-12-01T11:00', zone: null, minutes: 30 })).toBeNull();
  return count;
}

test('when an overlap begins or ends, the other visit is read again', async () => {
  expect(await reads(false, false)).toBe(1);
  expect(await reads(false, true)).toBe(2);
  expect(await reads(true, false)).toBe(2);
  expect(await reads(true, true)).toBe(2);
});
