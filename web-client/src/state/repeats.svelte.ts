// How a visit repeats, as it is being chosen, and as the server reads it (RFC 5545, section 3.3.10).
import { addDays, isDay, weekday } from './days';

export type Every = 'never' | 'week' | 'fortnight' | 'month';
export const EVERY: readonly Every[] = ['never', 'week', 'fortnight', 'month'];
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
/** The most visits of a series that is counted (protocol `SERIES_COUNT_MAX`). */
export const COUNT_MAX = 104;
const FIRST_GUESS = 10;
const WEEK = 7;

/** Which one of its weekday's days a calendar day is in its month: 1 to 4, and -1 where there may be no fifth. */
export function nthOf(day: string): number {
  const nth = Math.ceil(Number(day.slice(8, 10)) / WEEK);
  return nth > 4 ? -1 : nth;
}

export class Repeats {
  every = $state<Every>('never');
  /** It ends after so many visits, or on a day. */
  ends = $state<'count' | 'day'>('count');
  count = $state(FIRST_GUESS);
  lastDay = $state('');

  /** The rule of a series that begins on that day; null if it does not repeat. */
  rule(day: string): string | null {
    if (this.every === 'never' || !isDay(day)) return null;
    const how = {
      week: 'FREQ=WEEKLY',
      fortnight: 'FREQ=WEEKLY;INTERVAL=2',
      month: `FREQ=MONTHLY;BYDAY=${String(nthOf(day))}${WEEKDAYS[weekday(day) - 1] ?? ''}`,
    }[this.every];
    const end = this.ends === 'count' ? `COUNT=${String(this.count)}` : `UNTIL=${this.lastDay.replaceAll('-', '')}`;
    return `${how};${end}`;
  }

  /** A first guess for a last day: a quarter of a year after the first. */
  guessLastDay(day: string): void {
    if (this.lastDay === '' && isDay(day)) this.lastDay = addDays(day, 13 * WEEK);
  }
}
