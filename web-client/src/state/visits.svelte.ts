// Appointments as one list: read, and changed by the acts that a person may do to one of them.
// Which ones are read is the maker's choice: one person's, or some days of a worker's calendar.
import type {
  Answer, Api, Appointment, Appointments, CancelReason, NextStep, NotBooked, Outcome, Participant, Refused, Reply, Scope,
} from '../platform/api';
import { addDays } from './days';
import { Intents } from './intents';
import { along } from './team';

/** A visit's new time as it is being chosen. */
export interface NewTime {
  civil_start: string;
  zone: string | null;
  minutes: number;
}

/** Of a series: which others move by as much, and whether those that cannot stay where they are. */
export interface Others {
  scope: Scope;
  skip: boolean;
}
const ALONE: Others = { scope: 'this', skip: false };

/** How a visit went, as staff write it down. */
export interface HowItWent {
  outcome: Outcome;
  next_step: NextStep;
  note: string;
}

/** What staff called off and can have back, until a moment on this browser's clock. */
export interface CalledOff {
  visit: Appointment;
  untilMs: number;
}

/** How long a client may take back a cancel (protocol `UNDO_S`). */
const UNDO_MS = 600_000;
/** How long before its start a visit is changed by a call only (protocol `REPLY_CUTOFF_S`). */
const CUTOFF_MS = 2 * 3_600_000;
/** How long before its start a visit's meeting link is offered before anything else. */
const JOIN_EARLY_MS = 15 * 60_000;

export class Visits {
  list = $state.raw<Appointment[]>([]);
  /** Of a client's series: what could not be booked and is still to come. */
  missing = $state.raw<NotBooked[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  /** When this browser's person cancelled, by appointment: from then on it can be taken back for a while. */
  #cancelledAt = $state.raw(new Map<string, number>());
  /** What staff called off and can have back for a moment, also of days that are not shown. */
  #off = $state.raw(new Map<string, CalledOff>());
  readonly #api: Api;
  readonly #read: () => Promise<Answer<Appointments>>;
  /** Whoever answers here does so in the client's place. */
  readonly #forClient: boolean;
  readonly #intents = new Intents();
  #readings = 0;
  #changes = 0;

  constructor(api: Api, read: () => Promise<Answer<Appointments>>, forClient = false) {
    this.#api = api;
    this.#read = read;
    this.#forClient = forClient;
  }

  async load(): Promise<void> {
    const reading = ++this.#readings;
    const changes = this.#changes;
    const answer = await this.#read();
    // A later reading is the truth; a change made meanwhile may be missing in this one.
    if (reading !== this.#readings) return;
    if (changes !== this.#changes) return this.load();
    if (answer.ok) {
      this.list = answer.body.appointments;
      this.missing = answer.body.not_booked ?? [];
      this.#note(this.list);
    }
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Gives another time; the refusal, or null when done. */
  async move({ id, sequence }: Appointment, time: NewTime, { scope, skip }: Others = ALONE): Promise<Refused | null> {
    const others = scope === 'this' ? {} : { scope, skip_conflicts: skip };
    const refusal = await this.#change(['move', id, sequence, time, others], (op_id) =>
      this.#api.move(id, { op_id, sequence, ...time, ...others }),
    );
    if (refusal === null && scope !== 'this') await this.load();
    return refusal;
  }

  /** Says who else of the staff comes, by their accounts; the refusal, or null when done. */
  changeTeam({ id, sequence }: Appointment, accounts: readonly string[]): Promise<Refused | null> {
    const staff = [...accounts].sort();
    return this.#change(['team', id, sequence, staff], (op_id) => this.#api.changeTeam(id, { op_id, sequence, staff }));
  }

  /** Takes it over from whoever is booked and does not go on serving the client; the refusal, or null when done. */
  takeOver(visit: Appointment): Promise<Refused | null> {
    const { id, sequence } = visit;
    const staff = along(visit);
    return this.#change(['take over', id, sequence, staff], (op_id) =>
      this.#api.changeTeam(id, { op_id, sequence, staff, take_over: true }),
    );
  }

  /** Says where it is, and of a series others; null: no place. The refusal, or null when done. */
  async changePlace({ id, sequence }: Appointment, place: string | null, scope: Scope = 'this'): Promise<Refused | null> {
    const others = scope === 'this' ? {} : { scope };
    const refusal = await this.#change(['place', id, sequence, place, others], (op_id) =>
      this.#api.changePlace(id, { op_id, sequence, place, ...others }),
    );
    if (refusal === null && scope !== 'this') await this.load();
    return refusal;
  }

  /** Calls it off for everybody, and others of its series too; the refusal, or null when done. */
  async callOff({ id, sequence }: Appointment, reason: CancelReason, scope: Scope = 'this'): Promise<Refused | null> {
    const others = scope === 'this' ? {} : { scope };
    const refusal = await this.#change(['cancel', id, sequence, reason, others], (op_id) =>
      this.#api.callOff(id, { op_id, sequence, reason, ...others }),
    );
    if (refusal === null && scope !== 'this') await this.load();
    return refusal;
  }

  /**
   * From which visit a form goes on: from the one that it began with, so that what somebody else changed meanwhile is not
   * written over unseen; once that was refused, from how the visit is now, which stands beside the refusal.
   */
  goingOn(visit: Appointment, refusal: Refused | null): Appointment {
    if (refusal?.code !== 'appointment_changed') return visit;
    return this.list.find(({ id }) => id === visit.id) ?? visit;
  }

  /** Has back what staff called off, before anybody is told; the refusal, or null when done. */
  takeBack({ id, sequence }: Appointment): Promise<Refused | null> {
    return this.#change(['take back', id, sequence], (op_id) => this.#api.undoCancel(id, { op_id, sequence }));
  }

  /** What staff called off and can have back. */
  get calledOff(): CalledOff[] {
    return [...this.#off.values()];
  }

  /** It can be had back no longer. */
  forget({ id }: Appointment): void {
    this.#off = new Map([...this.#off].filter(([other]) => other !== id));
  }

  /** Says how it went, or says it anew; the refusal, or null when done. */
  close({ id, sequence }: Appointment, went: HowItWent): Promise<Refused | null> {
    return this.#change(['close', id, sequence, went], (op_id) =>
      this.#api.close(id, { op_id, sequence, ...went }),
    );
  }

  /** The reader's own answer, or the client's by whoever acts for them; the refusal, or null when done. */
  reply({ id, sequence }: Appointment, reply: Reply, nowMs: number): Promise<Refused | null> {
    return this.#change(
      ['reply', id, sequence, reply],
      (op_id) => this.#api.reply(id, { op_id, sequence, reply, ...(this.#forClient && { for_client: true }) }),
      () => {
        const others = [...this.#cancelledAt].filter(([other]) => other !== id);
        this.#cancelledAt = new Map(reply === 'cancel' ? [...others, [id, nowMs]] : others);
      },
    );
  }

  /** Whether a cancelled visit can still be had back. */
  undoable({ id, state, may_reply }: Appointment, nowMs: number): boolean {
    if (state !== 'cancelled') return false;
    return may_reply || nowMs - (this.#cancelledAt.get(id) ?? -Infinity) < UNDO_MS;
  }

  /** Whether it was cancelled here, since this list was made. */
  cancelledHere({ id }: Appointment): boolean {
    return this.#cancelledAt.has(id);
  }

  /** One that was booked elsewhere on the page. */
  take(appointment: Appointment): void {
    this.#changes += 1;
    const others = this.list.filter(({ id }) => id !== appointment.id);
    this.list = [...others, appointment].sort((a, b) => a.start - b.start);
    this.#note([appointment]);
  }

  /**
   * How long each of these can be had back, by the server's word: clocks of browsers go wrong. One whose time is over
   * stays until whoever shows it has said so ({@link Visits.forget}).
   */
  #note(visits: readonly Appointment[]): void {
    const off = new Map(this.#off);
    for (const visit of visits) {
      const known = off.delete(visit.id);
      const left = visit.undo_left_s ?? 0;
      if (left > 0) off.set(visit.id, { visit, untilMs: Date.now() + left * 1_000 });
      else if (known && visit.state === 'cancelled') off.set(visit.id, { visit, untilMs: Date.now() });
    }
    this.#off = off;
  }

  async #change(
    intent: readonly unknown[],
    send: (op_id: string) => Promise<Answer<Appointment>>,
    done: () => void = () => undefined,
  ): Promise<Refused | null> {
    const answer = await this.#intents.once(intent, send);
    if (answer.ok) {
      done();
      const overlapped = this.list.some(({ id, overlaps }) => id === answer.body.id && overlaps === true);
      this.take(answer.body);
      // The other one is warned of too, or no more.
      if (overlapped || answer.body.overlaps === true) await this.load();
      return null;
    }
    // Somebody else was first: show how it is now beside the refusal.
    if (answer.code === 'appointment_changed' || answer.code === 'appointment_state') await this.load();
    return answer;
  }
}

/** So many past days of one's own visits are shown. */
const RECENT_DAYS = 30;
/** The most days that the server lists at once (protocol `SPAN_DAYS_MAX`). */
const SPAN_DAYS = 62;
/** Together half a year ahead, and a little more. */
const SPANS = 4;

/** The reader's own visits around a calendar day, soonest first. */
export async function readMine(api: Api, today: string): Promise<Answer<Appointments>> {
  const first = addDays(today, -RECENT_DAYS);
  const starts = Array.from({ length: SPANS }, (_, at) => addDays(first, at * SPAN_DAYS));
  const answers = await Promise.all(starts.map((from) => api.appointments({ from, days: SPAN_DAYS })));
  // A visit over midnight may stand in two of them.
  const mine = new Map<string, Appointment>();
  for (const answer of answers) {
    if (!answer.ok) return answer;
    for (const visit of answer.body.appointments) mine.set(visit.id, visit);
  }
  return { ok: true, body: { appointments: [...mine.values()] } };
}

/** A list cut in three: still to come, called off though its time has not come, and over. */
export interface Shelves {
  next: Appointment[];
  off: Appointment[];
  /** Latest first. */
  over: Appointment[];
}

const ENDED = new Set(['completed', 'no_show', 'cancelled']);

export function shelve(list: readonly Appointment[], nowMs: number): Shelves {
  const shelves: Shelves = { next: [], off: [], over: [] };
  for (const visit of list) {
    const past = endMs(visit) <= nowMs;
    if (visit.state === 'cancelled' && !past) shelves.off.push(visit);
    else if (past || ENDED.has(visit.state)) shelves.over.unshift(visit);
    else shelves.next.push(visit);
  }
  return shelves;
}

export function endMs({ start, minutes }: Appointment): number {
  return start / 1_000 + minutes * 60_000;
}

/** The meeting link, if it is one that a browser may be sent to and the visit is on. */
export function meetingLink({ meeting_link, state }: Appointment): string | null {
  const link = meeting_link ?? '';
  return /^https:\/\//i.test(link) && !ENDED.has(state) ? link : null;
}

/** Whether the visit begins in a moment, or is under way. */
export function joinSoon(visit: Appointment, nowMs: number): boolean {
  return visit.start / 1_000 - JOIN_EARLY_MS <= nowMs && nowMs < endMs(visit);
}

/** Whether it is too close to be changed here. */
export function tooLate({ start, may_reply }: Appointment, nowMs: number): boolean {
  return !may_reply && start / 1_000 - nowMs <= CUTOFF_MS;
}

/** What a person is in an appointment. */
export function partOf(visit: Appointment, person: string | undefined): Participant | undefined {
  return visit.participants.find((participant) => participant.person === person);
}
