// A worker's days: which are shown, what is on them, and the way to the ones before and after.
// Days are calendar days ("2026-12-01") of the reader's zone as the server told it.
import type { Api, Appointment, WorkingHours } from '../platform/api';
import { addDays, dayHere, isDay, weekday } from './days';
import { openOn, type Stretch } from './grid';
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

/** A date that is meant lies within so many years of today: a year of which the last digits are missing does not. */
const YEARS_FAR = 100;

/** Whether a date that is being written can be gone to. */
export function reachable(day: string, today: string): boolean {
  const year = (one: string): number => Number(one.slice(0, 4));
  return isDay(day) && Math.abs(year(day) - year(today)) <= YEARS_FAR;
}

/** A moment on the clock of this browser, as the server writes times: "2026-12-01T10:05". */
export function clockHere(nowMs: number): string {
  const at = new Date(nowMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${dayHere(nowMs)}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export interface DayOfVisits {
  day: string;
  visits: Appointment[];
}

export class Calendar {
  readonly visits: Visits;
  /** Days of the page that is shown. */
  #days = $state.raw<string[]>([]);
  #hours = $state.raw<WorkingHours | null>(null);
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
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

  /** Reads once when this worker can be booked. Without an answer the days are shown without it. */
  async readHours(): Promise<void> {
    if (this.#hours !== null) return;
    const answer = await this.#api.hours();
    if (answer.ok) this.#hours = answer.body;
  }

  /**
   * When this worker can be booked on a day; null if that is not known on the clocks on which the
   * visits are told: hours of another zone are not computed over.
   */
  open(day: string): Stretch[] | null {
    const zone = this.visits.list[0]?.yours.zone;
    if (this.#hours === null || (zone !== undefined && zone !== this.#hours.zone)) return null;
    return openOn(day, this.#hours);
  }

  /** Whether this browser's clock shows the times that the server tells, so that it can say what is now. */
  get sameClock(): boolean {
    return this.visits.list.every(({ start, yours }) => clockHere(start / 1_000) === yours.civil.slice(0, 16));
  }
}
