// Choosing a time: day, time and zone as typed, how long, the free times of that day, and what the
// server offers instead of what it refused. Whether a time exists or is free is the server's to say.
import type { Api, LocalTime, Refused, Slot } from '../platform/api';
import { isDay } from './days';
import type { NewTime } from './visits.svelte';

export const LENGTHS = [15, 20, 30, 45, 60, 90, 120] as const;

export interface Start {
  /** A calendar day, "2026-12-01". */
  day: string;
  /** "10:00", or empty. */
  time: string;
  /** As the IANA database names it; empty: the client's. */
  zone: string;
  minutes: number;
}

export class TimeChoice {
  day = $state('');
  time = $state('');
  zone = $state('');
  minutes = $state(30);
  /** As what kind of visit; empty: of none in particular. */
  visitType = $state('');
  /** Accounts: who else of the staff is to be free. */
  staff = $state<string[]>([]);
  /** Free times of the day. */
  free = $state.raw<Slot[]>([]);
  /** Whether the free times are those of the day, the zone and the length as they stand. */
  search = $state<'none' | 'searching' | 'found' | 'failed'>('none');
  refused = $state.raw<Refused | null>(null);
  /** Told when an offered time was filled in. */
  chosen: () => void = () => undefined;
  readonly #api: Api;
  #searches = 0;

  constructor(api: Api, start: Start) {
    this.#api = api;
    ({ day: this.day, time: this.time, zone: this.zone, minutes: this.minutes } = start);
  }

  /** Looks for the free times of the day. */
  async find(): Promise<void> {
    const search = ++this.#searches;
    if (!isDay(this.day)) {
      this.free = [];
      this.search = 'none';
      return;
    }
    this.search = 'searching';
    const { day: from, zone, minutes, visitType, staff } = this;
    const answer = await this.#api.slots({ from, days: 1, minutes, zone: zone.trim(), visitType, staff });
    if (search !== this.#searches) return;
    this.free = answer.ok ? answer.body.slots : [];
    this.search = answer.ok ? 'found' : 'failed';
  }

  /** Fills in a time that was offered. */
  take({ civil, zone }: LocalTime): void {
    const moved = this.day !== civil.slice(0, 10) || this.zone !== zone;
    this.day = civil.slice(0, 10);
    this.time = civil.slice(11, 16);
    this.zone = zone;
    this.refused = null;
    if (moved) void this.find();
    this.chosen();
  }

  /** Whether an offered time is the one filled in. */
  taken({ civil, zone }: LocalTime): boolean {
    return civil === this.civil && zone === this.zone;
  }

  get civil(): string {
    return `${this.day}T${this.time.slice(0, 5)}`;
  }

  /** What is asked of the server. */
  get wanted(): NewTime {
    const zone = this.zone.trim();
    return { civil_start: this.civil, zone: zone === '' ? null : zone, minutes: this.minutes };
  }
}
