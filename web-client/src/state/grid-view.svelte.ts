// The grid as a page uses it: the days with their places, which visit has the focus, which is held,
// which is being asked about, and what a key means now. No DOM: the component does what it says.
import type { Appointment } from '../platform/api';
import type { Calendar } from './calendar.svelte';
import { neighbour, placed, rowsOf, stepOf, type Place, type Stretch } from './grid';
import { Moving } from './moving.svelte';
import { endMs } from './visits.svelte';

export interface GridDay {
  day: string;
  places: Place[];
  /** When it can be booked; null: not known. */
  open: Stretch[] | null;
}

/** What a key did, or asks for: the focus on a visit, or all as it was. */
export type Pressed = { kind: 'done' } | { kind: 'focus'; visit: string } | { kind: 'back' };

export class GridView {
  readonly moving = new Moving();
  /** The visit that had the focus last. */
  focused = $state<string | null>(null);
  /** Whether the focus is still in the grid. */
  inside = $state(false);
  /** The visit that is shown before everything else. */
  opened = $state<string | null>(null);
  readonly #calendar: Calendar;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  days: GridDay[] = $derived.by(() =>
    this.#calendar.days.map(({ day, visits }) => ({ day, places: placed(visits), open: this.#calendar.open(day) })),
  );

  /** The hours that are shown. They grow with what keys hold, never under a hand that drags. */
  rows: Stretch = $derived.by(() => {
    const { held } = this.moving;
    const byKeys = held?.by === 'keys' ? [{ from: held.minute, until: held.minute + held.visit.minutes }] : [];
    return rowsOf([...this.days.flatMap(({ places, open }) => [...(open ?? []), ...places]), ...byKeys]);
  });

  /** Day by day, soonest first. */
  get visits(): Appointment[] {
    return this.days.flatMap(({ places }) => places.map(({ visit }) => visit));
  }

  /** The one visit that Tab reaches: the last one, else the one that is next. */
  current(nowMs: number): string | null {
    const { visits } = this;
    const last = visits.find(({ id }) => id === this.focused);
    return (last ?? visits.find((one) => endMs(one) > nowMs) ?? visits[0])?.id ?? null;
  }

  /** The visit that has the focus, if it may be moved. */
  get chosen(): Appointment | undefined {
    return this.inside ? this.visits.find(({ id, may_change }) => id === this.focused && may_change) : undefined;
  }

  /** The visit that is shown, or put down elsewhere: as the server has it now. */
  get asked(): Appointment | undefined {
    const { held } = this.moving;
    const id = this.opened ?? (held?.down === true ? held.visit.id : null);
    return this.visits.find((visit) => visit.id === id);
  }

  reach(visit: string): void {
    this.focused = visit;
    this.inside = true;
  }

  /** Takes up the visit that has the focus. */
  take(): void {
    if (this.chosen !== undefined) this.moving.take(this.chosen, 'keys');
  }

  /** The focus went elsewhere: whoever goes away moves nothing, so that nobody is held here. */
  leave(): void {
    this.inside = false;
    if (this.moving.held?.down === false) this.moving.putBack();
  }

  press(key: string, rightToLeft: boolean): Pressed | null {
    const step = stepOf(key, rightToLeft);
    if (this.moving.held !== null) {
      if (key === 'Escape') return { kind: 'back' };
      if (step === null) return null;
      this.moving.step(step, this.days.map(({ day }) => day));
      return { kind: 'done' };
    }
    if (key.toLowerCase() === 'm' && this.chosen !== undefined) {
      this.take();
      return { kind: 'done' };
    }
    const places = this.days.map((one) => one.places);
    const visit = this.focused === null ? null : neighbour(places, this.focused, key, rightToLeft);
    return visit === null ? null : { kind: 'focus', visit };
  }
}
