// A visit that is being moved in the grid, by hand or by keys. Nothing is asked of the server here:
// where it is put down, the form for moving a visit opens with that time filled in.
import type { Appointment, LocalTime } from '../platform/api';
import { addDays } from './days';
import { civilOf, minuteOf, shifted, stepped, type Step } from './grid';

export interface Held {
  visit: Appointment;
  /** Where it would be put now. */
  day: string;
  minute: number;
  by: 'hand' | 'keys';
  /** It was put down, and the question is open. */
  down: boolean;
}

/** A time on the clocks of the grid, or on those of the visit. */
export type GridTime = Pick<LocalTime, 'civil' | 'zone'>;

export class Moving {
  held = $state.raw<Held | null>(null);

  /** Takes a visit up where it stands. */
  take(visit: Appointment, by: Held['by']): void {
    const { civil } = visit.yours;
    this.held = { visit, by, day: civil.slice(0, 10), minute: minuteOf(civil), down: false };
  }

  /** Moves it to a day and a minute. */
  to(day: string, minute: number): void {
    if (this.held !== null && !this.held.down) this.held = { ...this.held, day, minute };
  }

  /** Moves it by a step, never off the days that are shown. */
  step({ days, quarters }: Step, shown: readonly string[]): void {
    if (this.held === null) return;
    const day = addDays(this.held.day, days);
    const minute = quarters === 0 ? this.held.minute : stepped(this.held.minute, quarters);
    this.to(shown.includes(day) ? day : this.held.day, minute);
  }

  /** Puts it down where it is; false if that is where it was: then there is nothing to ask. */
  putDown(): boolean {
    const moved = this.time?.civil.slice(0, 16) !== this.held?.visit.yours.civil.slice(0, 16);
    this.held = this.held === null || !moved ? null : { ...this.held, down: true };
    return this.held !== null;
  }

  /** Lets it be as it was. */
  putBack(): void {
    this.held = null;
  }

  /** The time it would have, in the zone that the grid shows. */
  get time(): GridTime | null {
    if (this.held === null) return null;
    return { civil: civilOf(this.held.day, this.held.minute), zone: this.held.visit.yours.zone };
  }

  /**
   * The time to ask for: a visit keeps the clock on which it was agreed, and goes on it as far as it went in the
   * grid. Nothing here computes with zones: where one of the two clocks changes in between, what was asked for is
   * another time of the grid, and the question names the clock.
   */
  get asked(): GridTime | null {
    const { held, time } = this;
    if (held === null || time === null) return null;
    const { at, yours } = held.visit;
    return { civil: shifted(at.civil, yours.civil, time.civil), zone: at.zone };
  }
}
