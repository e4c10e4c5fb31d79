// A double of the audit log for browser checks: two pages about Maria, and nothing about anybody else.
import type { AuditEntry, AuditPage, AuditPeople } from '../src/platform/api';
import { people, type Who } from './story';

const HOUR = 3_600_000;
const LONG_AGO = 'earlier';
const DEEDS: [number, Who | null, string, string | null][] = [
  [-HOUR, 'dana', 'read_circle', null],
  [-2 * HOUR, 'dana', 'deliver', null],
  [-2 * HOUR - 60_000, 'dana', 'deliver', null],
  [-3 * HOUR, 'maria', 'read_access', null],
  [-26 * HOUR, 'sam', 'read_preferences', 'not_found'],
  [-27 * HOUR, 'dana', 'book_appointment', null],
  [-27 * HOUR - 60_000, null, 'settle_deliveries', null],
];

function entry(nowMs: number, [ago, who, act, denied]: (typeof DEEDS)[number], number: number): AuditEntry {
  const person = who === null ? null : people[who];
  return {
    id: `01990000-0000-7000-a000-${String(number).padStart(12, '0')}`, at: (nowMs + ago) * 1_000, act, denied,
    person: person?.person ?? null, account: person?.account ?? null, name: person?.name ?? null,
    role: person?.role ?? null, purpose: 'care', object: 'circle',
    client: people.maria.person, client_name: people.maria.name, first_seq: null, last_seq: null,
  };
}

export function auditPage(nowMs: number, query: URLSearchParams): AuditPage {
  const person = query.get('person');
  if (person !== null && person !== people.maria.person) return { entries: [], next: null };
  const earlier = query.get('before') === LONG_AGO;
  const wanted = DEEDS.filter(([, , , denied]) => query.get('denied') !== 'true' || denied !== null);
  const entries = wanted.map((deed, number) => entry(nowMs, deed, earlier ? 90 + number : number));
  const half = Math.ceil(entries.length / 2);
  return earlier ? { entries: entries.slice(half), next: null } : { entries: entries.slice(0, half), next: LONG_AGO };
}

export function auditPeople(): AuditPeople {
  return { people: Object.values(people).map(({ person, account, name, role }) => ({ person, account, name, role })) };
}
