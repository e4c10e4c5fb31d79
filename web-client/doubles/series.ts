// A double of series, for browser checks: it expands the rules that the form writes, by the calendar alone.
import type { Appointment, RepeatsTold, Scope } from '../src/platform/api';
import { addDays, weekday } from '../src/state/days';

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const DAYS_MAX = 400;

interface Rule {
  interval: number;
  count: number;
  until: string;
  /** Of a rule of months: which weekday's. */
  nth: number | null;
}

function read(rule: string): Rule {
  const parts = new Map(rule.split(';').map((part) => part.split('=') as [string, string]));
  const until = parts.get('UNTIL') ?? '99991231';
  const byDay = /^(-?\d)[A-Z]{2}$/.exec(parts.get('BYDAY') ?? '');
  return {
    interval: Number(parts.get('INTERVAL') ?? 1),
    count: Number(parts.get('COUNT') ?? DAYS_MAX),
    until: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`,
    nth: byDay === null ? null : Number(byDay[1]),
  };
}

/** Which one of its weekday's a day is in its month, from the end too. */
function isNth(day: string, nth: number): boolean {
  const last = addDays(day, 7).slice(0, 7) !== day.slice(0, 7);
  return nth < 0 ? last : Math.ceil(Number(day.slice(8, 10)) / 7) === nth;
}

/** The civil times of a series that begins then. */
export function expand(rule: string, first: string): string[] {
  const { interval, count, until, nth } = read(rule);
  const found: string[] = [];
  const start = first.slice(0, 10);
  for (let ahead = 0; ahead <= DAYS_MAX && found.length < count; ahead += 7) {
    const day = addDays(start, ahead);
    if (day > until) break;
    if (nth === null ? (ahead / 7) % interval === 0 : isNth(day, nth)) found.push(`${day}${first.slice(10)}`);
  }
  return found;
}

/** What the server tells of a rule. */
export function repeatsOf(rule: string, first: string): RepeatsTold {
  const { interval, count, until, nth } = read(rule);
  return {
    frequency: nth === null ? 'weekly' : 'monthly',
    interval,
    days: [{ weekday: weekday(first.slice(0, 10)), nth }],
    month_days: [],
    positions: [],
    shift_days: 0,
    count: rule.includes('COUNT') ? count : null,
    until: rule.includes('UNTIL') ? until : null,
  };
}

/** Whether a rule is one that the form writes. */
export function isRule(rule: string): boolean {
  return /^FREQ=(WEEKLY|MONTHLY);/.test(rule) && WEEKDAYS.some((day) => rule.includes(day) || !rule.includes('BYDAY'));
}

/** The visits of a scope: this one, and others of its series that are booked. */
export function inScope(all: readonly Appointment[], visit: Appointment, scope: Scope): Appointment[] {
  if (scope === 'this') return [visit];
  const series = all.filter((one) => one.series?.id === visit.series?.id && one.state === 'booked');
  return scope === 'all' ? series : series.filter(({ start }) => start >= visit.start);
}
