// A worker's days: which are shown, what is on them, and the way to the ones before and after.
// Days are calendar days ("2026-12-01") of the reader's zone as the server told it.
import type { Api, Appointment } from '../platform/api';
import { addDays, weekday } from './days';
import { Visits } from './visits.svelte';

export const SPANS = ['day', 'week'] as const;
export type CalendarSpan = (typeof SPANS)[number];
export const WEEK = 7;

/** The days of a page of the calendar. A week begins on Monday. */
export function daysOf(span: CalendarSpan, day: string): string[] {
  if (span === 'day') return [day];
  const monday = addDays(day, 1 - weekday(day));
  return Array.from({ length: WEEK }, (_, at) => addDays(monday, at));
}

/** The day to show when going one page back (-1) or on (1). */
export function stepped(span: CalendarSpan, day: string, way: -1 | 1): string {
  return addDays(day, way * (span === 'day' ? 1 : WEEK));
}

export interface DayOfVisits {
  day: string;
  visits: Appointment[];
}

export class Calendar {
  readonly visits: Visits;
  /** Days of the page that is shown. */
  #days = $state.raw<string[]>([]);

  constructor(api: Api) {
    this.visits = new Visits(api, () => {
      const [from = ''] = this.#days;
      return api.appointments({ from, days: this.#days.length });
    });
  }

  /** Shows these days. */
  async show(span: CalendarSpan, day: string): Promise<void> {
    this.#days = daysOf(span, day);
    this.visits.list = [];
    this.visits.progress = 'loading';
    await this.visits.load();
  }

  /** Every day of the page with what is on it, soonest first; called-off ones come last. */
  get days(): DayOfVisits[] {
    const off = ({ state }: Appointment): number => (state === 'cancelled' ? 1 : 0);
    return this.#days.map((day) => ({
      day,
      visits: this.visits.list
        .filter(({ yours }) => yours.civil.startsWith(day))
        .sort((a, b) => off(a) - off(b) || a.start - b.start),
    }));
  }
}
