// A visit as it is being booked: kind, time, who takes part, the meeting link or the place.
import type {
  Answer, Api, Appointment, AppointmentKind, BookAppointment, Conflict, NotBooked, PersonCard, SeriesBooked, TimeHeld,
  VisitType, VisitZone,
} from '../platform/api';
import { Intents } from './intents';
import { placeOf } from './places';
import { Repeats } from './repeats.svelte';
import { TimeChoice } from './times.svelte';

export const KINDS: readonly AppointmentKind[] = ['video', 'phone', 'office', 'home', 'community', 'court'];
const FIRST_GUESS_MINUTES = 30;

export class Booking {
  kind = $state<AppointmentKind>('video');
  caregivers = $state<string[]>([]);
  link = $state('');
  place = $state('');
  busy = $state(false);
  /** The kinds of visits that the agency offers. */
  types = $state.raw<VisitType[]>([]);
  /** Who of the staff could come along. */
  colleagues = $state.raw<PersonCard[]>([]);
  /** Visits of the series that cannot be booked at their times. */
  conflicts = $state.raw<Conflict[]>([]);
  /** By which clock each kind goes, as the server says; none of a kind: it did not say yet. */
  zones = $state.raw<VisitZone[]>([]);
  readonly times: TimeChoice;
  readonly repeats = new Repeats();
  #kept = $state.raw<(TimeHeld & { civil: string; zone: string; staff: readonly string[] }) | null>(null);
  /** The zone that was filled in here: what differs from it, somebody chose. */
  #filled = '';
  /** Until when the time that is filled in is kept for this worker and whoever is chosen, milliseconds; null: it is not. */
  readonly keptUntilMs = $derived.by(() => {
    const kept = this.#kept;
    const { civil, zone } = this.times;
    const same = kept?.civil === civil && kept.zone === zone && kept.staff.join() === this.#staff.join();
    return same ? kept.until / 1_000 : null;
  });
  /** One at a time, in the order of the taps. */
  #keeping: Promise<void> = Promise.resolve();
  readonly #api: Api;
  readonly #client: string;
  readonly #intents = new Intents();
  /** What could not be booked of a series and is to be booked at another time; null: nothing. */
  readonly gap: NotBooked | null;

  constructor(api: Api, client: string, day: string, gap: NotBooked | null = null) {
    this.#api = api;
    this.#client = client;
    this.gap = gap;
    if (gap !== null) this.kind = gap.kind;
    this.times = new TimeChoice(api, {
      day: gap?.at.civil.slice(0, 10) ?? day,
      time: '',
      zone: gap?.at.zone ?? '',
      minutes: gap?.minutes ?? FIRST_GUESS_MINUTES,
    });
    this.times.chosen = () => this.#keepNext();
  }

  /** Fills in the zone of the kind, if nobody has chosen one, and looks for free times. */
  async start(): Promise<void> {
    const [zones, types, transfers] = await Promise.all([
      this.#api.visitZones(this.#client), this.#api.visitTypes(), this.#api.transfers(),
    ]);
    if (zones.ok) this.zones = zones.body.zones;
    this.#fill();
    if (types.ok) this.types = types.body.visit_types;
    // A kind of visit that is offered no more is none to book by.
    const type = this.types.find(({ id }) => id === this.gap?.visit_type);
    if (type !== undefined) this.times.visitType = type.id;
    // To whom one could give a client, with them one can go there.
    if (transfers.ok) this.colleagues = transfers.body.colleagues;
    await this.times.find();
  }

  /** Others come along: a time that is kept is kept for all of them, or not for all. */
  async withOthers(): Promise<void> {
    this.times.refused = null;
    // Asked in its turn: a time that was tapped right before may not be kept yet.
    this.#keeping = this.#keeping.then(() => (this.#kept?.civil === this.times.civil ? this.#keep() : undefined));
    await this.times.find();
  }

  /** By which clock visits of the kind go; none while the server has not said. */
  get usual(): VisitZone | undefined {
    return this.zones.find(({ kind }) => kind === this.kind);
  }

  /** They meet like this: the clock is that of the kind, unless somebody has chosen one. */
  async meet(kind: AppointmentKind): Promise<void> {
    this.kind = kind;
    if (this.#fill()) await this.times.find();
  }

  /** Whether another zone was filled in. */
  #fill(): boolean {
    const { usual, times } = this;
    const chosen = times.zone !== '' && times.zone !== this.#filled;
    if (usual === undefined || chosen || times.zone === usual.zone) return false;
    this.#filled = usual.zone;
    times.zone = usual.zone;
    return true;
  }

  /** It is of this kind; empty: of none in particular. */
  async choose(visitType: string): Promise<void> {
    this.times.visitType = visitType;
    const chosen = this.types.find(({ id }) => id === visitType);
    if (chosen !== undefined) {
      this.kind = chosen.terms.kind;
      this.times.minutes = chosen.terms.minutes;
      this.#fill();
    }
    await this.times.find();
  }

  /** Books; the appointment, or null when refused: then `times.refused` says why. */
  async book(): Promise<Appointment | null> {
    const body = this.#body;
    this.#begin();
    await this.#keeping;
    const answer = await this.#intents.once([body], (op_id) => this.#send({ op_id, ...body }));
    this.busy = false;
    if (answer.ok) {
      this.#kept = null;
      return answer.body;
    }
    this.times.refused = answer;
    return null;
  }

  #send(visit: BookAppointment): Promise<Answer<Appointment>> {
    if (this.gap === null) return this.#api.book(visit);
    const { series, occurrence } = this.gap;
    return this.#api.bookInstead(series, { occurrence, visit });
  }

  /** Books again and again, without what cannot be booked if it is to be left out; null when refused: then
      `conflicts` or `times.refused` says why. */
  async bookSeries(skip_conflicts: boolean): Promise<SeriesBooked | null> {
    const body = this.#body;
    const rule = this.repeats.rule(this.times.day) ?? '';
    this.#begin();
    await this.#keeping;
    const answer = await this.#intents.once([body, rule, skip_conflicts], (op_id) =>
      this.#api.bookSeries({ first: { op_id, ...body }, rule, skip_conflicts }),
    );
    this.busy = false;
    if (answer.ok) {
      this.#kept = null;
      return answer.body;
    }
    this.conflicts = answer.conflicts ?? [];
    if (this.conflicts.length === 0) this.times.refused = answer;
    return null;
  }

  #begin(): void {
    this.busy = true;
    this.times.refused = null;
    this.conflicts = [];
  }

  get #body() {
    const link = this.link.trim();
    return {
      client: this.#client,
      kind: this.kind,
      visit_type: this.#visitType,
      ...this.times.wanted,
      caregivers: [...this.caregivers].sort(),
      staff: this.#staff,
      meeting_link: this.kind === 'video' && link !== '' ? link : null,
      place: placeOf(this.kind, this.place),
    };
  }

  /** Nothing is booked any more: what was kept is free for others. */
  async leave(): Promise<void> {
    await this.#keeping;
    if (this.#kept === null) return;
    this.#kept = null;
    await this.#api.letTimesGo();
  }

  #keepNext(): void {
    this.#keeping = this.#keeping.then(() => this.#keep());
  }

  /** Keeps the time that is filled in while the rest is, for all who come. If that fails, what was kept before stays, and
      nothing is lost: the booking decides. */
  async #keep(): Promise<void> {
    const { civil, zone, wanted } = this.times;
    const staff = this.#staff;
    const instead = this.#kept?.start ?? null;
    const request = { client: this.#client, kind: this.kind, visit_type: this.#visitType, ...wanted, staff, instead };
    const answer = await this.#api.holdTime(request);
    if (answer.ok) this.#kept = { ...answer.body, civil, zone, staff };
    // A colleague may not be there at all then.
    else if (answer.code === 'slot_taken' || (answer.code === 'not_available' && staff.length > 0)) this.times.refused = answer;
  }

  get #staff(): string[] {
    return [...this.times.staff].sort();
  }

  get #visitType(): string | null {
    return this.times.visitType === '' ? null : this.times.visitType;
  }
}
