// A double of the agency's server for browser checks: appointments and tasks in memory, and what else there is by noun.
// It keeps the shapes and the refusals of the real one and none of its rules: at 10:00 the worker is
// always busy, 02:30 never exists, the third visit of a series is taken, and whoever signed in last is the one
// who asks.
import type {
  Appointment, BookAppointment, BookInstead, BookSeries, CancelAppointment, ChangePlace, ChangeTeam, CloseAppointment, HoldTime,
  MoveAppointment, NotBooked, Participant, Preferences, ReplyToAppointment, Slot, Task, VisitTerms, VisitType, VisitZone,
  WorkingHours,
} from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import { Around } from './around';
import { auditPage, auditPeople } from './audits';
import { instant, localTime } from './clock';
import { FeedDouble } from './feeds';
import { ClosuresDouble } from './closures';
import { JobsDouble } from './jobs';
import { mailsOf, updateMails } from './mails';
import { LinksDouble } from './links';
import { expand, inScope, isRule, repeatsOf } from './series';
import { PhonesDouble } from './phones';
import { PreferencesDouble } from './preferences';
import { StaffDouble } from './staff';
import { people, type Who } from './story';
import { Ways } from './ways';

const HERE = 'America/Chicago';
const THERE = 'America/Denver';
const DAY = 86_400_000;
const BESIDES = [
  [2, '09:00', 'home', 'Lee Specimen'],
  [2, '11:30', 'phone', 'Noor Placeholder'],
  [3, '10:00', 'office', 'Robin Specimen'],
  [4, '16:45', 'community', 'Alex Placeholder'],
] as const;
const KINDS = ['video', 'phone', 'office', 'home', 'community', 'court'] as const;
const BUSY = 'T10:00';
const GAP = 'T02:30';

let made = 0;
const newId = (): string => `01990000-0000-7000-9000-${String(++made).padStart(12, '0')}`;
const partOf = (one: Who): Participant => ({
  id: newId(), person: people[one].person, name: people[one].name, role: people[one].role, booked: one === 'dana',
  account: people[one].role === 'case_manager' ? people[one].account : null,
  response: one === 'dana' || one === 'sam' || one === 'ana' ? 'accepted' : 'needs_action', asked_at: null,
});
/** Who of the staff was named. */
const along = (staff: readonly string[] = []): Who[] => (staff.includes(people.sam.account) ? ['sam'] : []);

export class Agency {
  appointments: Appointment[] = [];
  tasks: Task[] = [];
  /** By what people sign in. */
  readonly ways = new Ways();
  /** By what a client books by themselves. */
  readonly links: LinksDouble;
  /** What another program shows of the case manager's calendar. */
  readonly feed: FeedDouble;
  /** By which numbers people are called. */
  readonly phones = new PhonesDouble();
  /** What the client allowed, and who there is. */
  readonly around: Around;
  /** How they want to be told things. */
  readonly preferences: PreferencesDouble;
  /** Who works here, who serves whom. */
  staff: StaffDouble;
  /** What is done by itself. */
  jobs: JobsDouble;
  hours: WorkingHours = {
    zone: HERE,
    weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, open: { from: '09:00', until: '17:00' } })),
    dated: [{ date: '2026-12-24', open: [] }],
  };
  visitTypes: VisitType[] = [
    {
      id: newId(),
      terms: {
        name: 'Home visit', kind: 'home', minutes: 60, before_minutes: 0, after_minutes: 15, travel_minutes: 30,
        notice_minutes: 1_440, days_ahead: 60, per_day_max: 3,
      },
    },
  ];
  /** When the agency is closed. */
  readonly closures = new ClosuresDouble();
  /** What could not be booked of series. */
  notBooked: NotBooked[] = [];
  /** What the worker keeps while the form is filled in. */
  held: string | null = null;
  /** Who else's time is kept with it. */
  heldWith: Who[] = [];
  /** Which visits staff called off and can have back, and for how long. */
  readonly undoable = new Set<string>();
  undoLeftS = 60;
  /** Nobody showed a passkey within the last minutes. */
  stale = false;
  #reader: string = people.dana.person;
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.around = new Around(nowMs, this.phones);
    this.preferences = new PreferencesDouble(nowMs);
    this.staff = new StaffDouble(nowMs);
    this.jobs = new JobsDouble(nowMs);
    this.links = new LinksDouble(nowMs);
    this.feed = new FeedDouble(nowMs);
    const on = (days: number, clock: string): string => `${this.#day(days)}T${clock}`;
    this.#visit('video', on(2, '14:30'), HERE, ['maria', 'dana', 'ana'], { meeting_link: 'https://meet.example/room-7' });
    // A worker's days have other clients too.
    for (const [days, clock, kind, name] of BESIDES) {
      const other = { client: people.sam.person, client_name: name };
      const visit = this.#visit(kind, on(days, clock), HERE, ['maria', 'dana'], other);
      visit.participants = visit.participants.map((one) => (one.role === 'client' ? { ...one, person: newId(), name } : one));
    }
    this.#visit('home', on(9, '09:15'), HERE, ['maria', 'dana'], { place: '14 Elm Street, the side door' });
    this.#visit('phone', on(16, '11:00'), THERE, ['maria', 'dana'], {});
    const at = (nowMs - 7 * DAY + 3_600_000) * 1_000;
    const note = 'Brought the papers for the new flat.';
    const closed = { at, by: people.dana.name, next_step: 'book_again' as const, note };
    this.#visit('office', on(-7, '13:00'), HERE, ['maria', 'dana'], { state: 'completed', closed });
    this.#visit('community', on(-2, '15:00'), HERE, ['maria', 'dana'], {});
    this.#visit('phone', on(-20, '15:00'), HERE, ['maria', 'dana'], { state: 'cancelled', cancelled: 'agency' });
    const second = this.appointments.find(({ kind, client_name }) => kind === 'home' && client_name === people.maria.name);
    const asks = second?.participants[0];
    if (asks !== undefined) asks.asked_at = (nowMs - 3_600_000) * 1_000;
    this.#task('asked_for_another_time', 'maria', second, nowMs - 3_600_000);
    this.#task('cannot_reach_by_email', 'ana', undefined, nowMs - 2 * DAY);
  }

  answer(method: string, url: URL, body: unknown): Answered {
    const path = url.pathname.split('/').slice(2);
    const [first, id = '', act] = path;
    if (first === 'booking-links' || act === 'booking-links') return this.links.answer(method, id, body);
    if (first === 'people' && act === 'preferences') return this.preferences.answer(method, id, body as Preferences);
    if (first === 'people' && act === 'visit-zones') return good({ zones: KINDS.map((kind) => this.#clock(kind, id)) });
    if (first === 'people' && act === 'address') return this.preferences.address(method, id);
    if (first === 'people' && act === 'phone') return this.phones.answer(method, id, body);
    if (first === 'people' && act === 'update-mails') return good(updateMails(this.#nowMs));
    if (first === 'people' && act === 'appointments') return this.#appointmentsOf(id);
    if (['people', 'consents', 'representations', 'circles'].includes(first ?? '')) {
      return this.around.answer(method, path, body, this.#reader);
    }
    if (first === 'staff' && method === 'POST' && this.stale && act !== 'sign-out') return bad(403, 'step_up_required');
    if (['staff', 'caseloads', 'assignments', 'transfers'].includes(first ?? '')) {
      return this.staff.answer(method, path, body, this.#reader);
    }
    if (first === 'jobs' || first === 'outages') return this.jobs.answer(method, path, body);
    if (first === 'access') return good(auditPage(this.#nowMs, url.searchParams));
    if (first === 'audit' && this.#reader !== people.robin.person) return bad(403, 'not_allowed');
    if (first === 'audit' && this.stale) return bad(403, 'step_up_required');
    if (first === 'audit') return good(id === 'people' ? auditPeople() : auditPage(this.#nowMs, url.searchParams));
    if (first === 'calendar-feed') return this.feed.answer(method, this.#reader === people.dana.person, this.stale);
    if (first === 'slots') return good({ slots: this.#free(url.searchParams) });
    if (first === 'holds') return this.#hold(method, body as HoldTime);
    if (first === 'tasks' && method === 'GET') return good({ tasks: this.tasks });
    if (first === 'tasks') {
      this.tasks = this.tasks.filter((task) => task.id !== id);
      return { status: 204, body: null };
    }
    if (first === 'authenticators' || first === 'sign-in') return this.ways.answer(method, path, body);
    if (first === 'hours') return this.#hours(method, body as WorkingHours);
    if (first === 'series' && act === 'gaps') return this.#bookInstead(id, body as BookInstead);
    if (first === 'series') return this.#bookSeries(body as BookSeries);
    if (first === 'closures') return this.closures.answer(method, id, body);
    if (first === 'visit-types') return this.#visitTypes(method, id, body);
    if (first !== 'appointments') return good({});
    if (act === 'mails') return this.#mails(id);
    if (method === 'GET') return good({ appointments: this.#days(url.searchParams) });
    return id === '' ? this.#book(body as BookAppointment) : this.#change(id, act ?? '', body);
  }

  #appointmentsOf(person: string): Answered {
    if (this.#reader !== people.dana.person && !this.around.isCaregiver(this.#reader)) return bad(403, 'not_allowed');
    const mine = this.appointments.filter(({ participants }) => participants.some((one) => one.person === person));
    const not_booked = this.#reader === people.dana.person && person === people.maria.person ? this.notBooked : [];
    return good({ appointments: mine.map((one) => this.#seen(one)), not_booked });
  }

  #bookInstead(series: string, { occurrence, visit }: BookInstead): Answered {
    const booked = this.#book(visit);
    if (booked.status !== 200) return booked;
    this.notBooked = this.notBooked.filter((one) => one.series !== series || one.occurrence !== occurrence);
    return booked;
  }

  /** From now on this person asks. */
  arrive(who: Who): void {
    this.#reader = people[who].person;
  }

  #days(query: URLSearchParams): Appointment[] {
    const from = query.get('from') ?? '';
    const until = new Date(Date.parse(`${from}T00:00Z`) + Number(query.get('days')) * DAY).toISOString();
    return this.appointments
      .filter(({ participants }) => participants.some(({ person }) => person === this.#reader))
      .filter(({ yours }) => yours.civil >= from && yours.civil < until.slice(0, 10))
      .map((one) => this.#seen(one));
  }

  #free(query: URLSearchParams): Slot[] {
    const zone = query.get('zone') ?? HERE;
    const clocks = ['09:00', '09:15', '09:30', '11:00', '11:15', '13:30', '13:45', '14:00', '15:30', '16:00'];
    // Whoever comes along is free in the afternoon only.
    return clocks.filter((clock) => clock > '12' || !query.has('staff')).map((clock) => this.#slot(`${query.get('from') ?? ''}T${clock}`, zone));
  }

  #slot(civil: string, zone: string): Slot {
    const at = instant(civil, zone);
    return { start: at * 1_000, at: localTime(at, zone) };
  }

  #refusal(civil: string, zone: string): Answered | null {
    const day = civil.slice(0, 10);
    if (civil.endsWith(GAP)) return bad(400, 'time_in_gap', { next_valid: { civil: `${day}T03:00`, offset: '-05:00', zone } });
    if (!civil.endsWith(BUSY)) return null;
    const slots = ['11:00', '11:15', '13:30'].map((clock) => this.#slot(`${day}T${clock}`, zone));
    return bad(409, 'slot_taken', { slots });
  }

  /** Whoever comes along is free in the afternoon only. */
  #together(civil: string, zone: string, others: readonly Who[]): Answered | null {
    if (others.length === 0 || civil.slice(11) >= '12') return null;
    const slots = ['13:30', '13:45', '14:00'].map((clock) => this.#slot(`${civil.slice(0, 10)}T${clock}`, zone));
    return bad(409, 'slot_taken', { slots });
  }

  #hold(method: string, wish: HoldTime | null): Answered {
    if (method === 'DELETE' || wish === null) {
      this.held = null;
      this.heldWith = [];
      return { status: 204, body: null };
    }
    const { client, civil_start, zone, kind, staff } = wish;
    const where = zone ?? this.#clock(kind ?? 'video', client).zone;
    const refusal = this.#refusal(civil_start, where) ?? this.#together(civil_start, where, along(staff));
    if (refusal !== null) return refusal;
    this.held = civil_start;
    this.heldWith = along(staff);
    return good({ start: instant(civil_start, where) * 1_000, until: (this.#nowMs + 600_000) * 1_000 });
  }

  /** By which clock visits of a kind go. */
  #clock(kind: VisitZone['kind'], client: string): VisitZone {
    const site = kind === 'office';
    return { kind, zone: site ? this.hours.zone : this.preferences.of(client).zone, site };
  }

  #book({ client, kind, civil_start, zone, minutes, caregivers, staff, meeting_link, place }: BookAppointment): Answered {
    const where = zone ?? this.#clock(kind, client).zone;
    const refusal = this.#refusal(civil_start, where);
    if (refusal !== null) return refusal;
    const who: Who[] = ['maria', 'dana', ...along(staff), ...(caregivers.includes(people.ana.person) ? (['ana'] as const) : [])];
    const link = meeting_link ?? null;
    this.held = null;
    this.heldWith = [];
    return good(this.#seen(this.#visit(kind, civil_start, where, who, { minutes, meeting_link: link, place: place ?? null })));
  }

  #bookSeries({ first, rule, skip_conflicts }: BookSeries): Answered {
    if (!isRule(rule)) return bad(400, 'rule_invalid');
    const where = first.zone ?? this.#clock(first.kind, first.client).zone;
    const taken = expand(rule, first.civil_start).at(2);
    const conflicts = (taken === undefined ? [] : [taken]).map((civil) => ({
      at: localTime(instant(civil, where), where),
      code: 'slot_taken',
      slots: ['16:00', '16:15'].map((clock) => this.#slot(`${civil.slice(0, 10)}T${clock}`, where)),
    }));
    if (conflicts.length > 0 && skip_conflicts !== true) return bad(409, 'series_conflicts', { conflicts });
    const series = { id: newId(), repeats: repeatsOf(rule, first.civil_start), moved: false };
    const { kind, minutes, place = null } = first;
    const appointments = expand(rule, first.civil_start)
      .filter((civil) => civil !== taken)
      .map((civil) => this.#visit(kind, civil, where, ['maria', 'dana', ...along(first.staff)], { minutes, series, place }))
      .map((visit) => this.#seen(visit));
    for (const { at } of conflicts) {
      this.notBooked.push({ series: series.id, occurrence: at.civil, at, code: 'slot_taken', kind, minutes, visit_type: null });
    }
    return good({ series: series.id, appointments, not_booked: conflicts.map((one) => ({ ...one, slots: [] })) });
  }

  #change(id: string, act: string, body: unknown): Answered {
    const visit = this.appointments.find((one) => one.id === id);
    if (visit === undefined) return bad(404, 'not_found');
    if (visit.sequence !== (body as MoveAppointment).sequence) return bad(409, 'appointment_changed');
    if (act === 'move') {
      const { civil_start, zone, minutes, scope } = body as MoveAppointment;
      const where = zone ?? visit.at.zone;
      const refusal = this.#refusal(civil_start, where);
      if (refusal !== null) return refusal;
      const by = instant(civil_start, where) - visit.start / 1_000;
      for (const one of inScope(this.appointments, visit, scope ?? 'this')) {
        const at = one.start / 1_000 + by;
        Object.assign(one, {
          start: at * 1_000, at: localTime(at, where), yours: localTime(at, HERE),
          minutes: minutes ?? one.minutes, sequence: one.sequence + 1,
        });
      }
    } else if (act === 'team') {
      const { staff, take_over } = body as ChangeTeam;
      const refusal = take_over === true ? this.#takenOver(visit) : this.#team(visit, staff);
      if (refusal !== null) return refusal;
    } else if (act === 'place') {
      const { place = null, scope } = body as ChangePlace;
      if (visit.kind === 'video' || visit.kind === 'phone') return bad(400, 'bad_request');
      for (const one of inScope(this.appointments, visit, scope ?? 'this')) Object.assign(one, { place, sequence: one.sequence + 1 });
    } else if (act === 'cancel') {
      const { reason, scope } = body as CancelAppointment;
      for (const one of inScope(this.appointments, visit, scope ?? 'this')) {
        Object.assign(one, { state: 'cancelled', cancelled: reason });
      }
      if ((scope ?? 'this') === 'this') this.undoable.add(id);
    } else if (act === 'undo-cancel') {
      const refusal = this.#takenBack(visit);
      if (refusal !== null) return refusal;
    } else if (act === 'close') {
      const { outcome, next_step, note } = body as CloseAppointment;
      const at = this.#nowMs * 1_000;
      Object.assign(visit, { state: outcome, closed: { at, by: people.dana.name, next_step, note } });
    } else {
      this.#reply(visit, (body as ReplyToAppointment).reply);
    }
    return good(this.#seen(visit));
  }

  #takenBack(visit: Appointment): Answered | null {
    if (!this.undoable.has(visit.id)) return bad(409, 'too_late');
    const taken = this.appointments.some(({ state, start }) => state === 'booked' && start === visit.start);
    if (taken) return bad(409, 'slot_taken');
    this.undoable.delete(visit.id);
    Object.assign(visit, { state: 'booked', cancelled: null });
    return null;
  }

  /** Dana, who reads, is booked from now on. */
  #takenOver(visit: Appointment): Answered | null {
    if (visit.may_take_over !== true) return bad(409, 'appointment_changed');
    const others = visit.participants.filter(({ booked }) => booked !== true);
    Object.assign(visit, { participants: [...others, partOf('dana')], may_take_over: false, sequence: visit.sequence + 1 });
    return null;
  }

  #team(visit: Appointment, staff: readonly string[]): Answered | null {
    const comes = visit.participants.some(({ person }) => person === people.sam.person);
    const refusal = comes ? null : this.#together(visit.at.civil, visit.at.zone, along(staff));
    if (refusal !== null) return refusal;
    const others = visit.participants.filter(({ role, booked }) => role !== 'case_manager' || booked === true);
    visit.participants = [...others, ...along(staff).map(partOf)];
    visit.sequence += 1;
    return null;
  }

  #hours(method: string, body: WorkingHours): Answered {
    if (method === 'GET') return good(this.hours);
    if (body.zone.includes('Nowhere')) return bad(400, 'zone_unknown');
    this.hours = body;
    return good({ hours: body, outside: 2 });
  }

  #visitTypes(method: string, id: string, body: unknown): Answered {
    if (method === 'GET') return good({ visit_types: this.visitTypes });
    const others = this.visitTypes.filter((one) => one.id !== id);
    if (method === 'DELETE') {
      this.visitTypes = others;
      return { status: 204, body: null };
    }
    const terms = method === 'PUT' ? (body as VisitTerms) : (body as { terms: VisitTerms }).terms;
    const saved = { id: method === 'PUT' ? id : newId(), terms };
    this.visitTypes = [...others, saved];
    return good(saved);
  }

  #reply(visit: Appointment, reply: ReplyToAppointment['reply']): void {
    const part = visit.participants.find(({ person }) => person === this.#reader);
    if (part === undefined) return;
    part.asked_at = reply === 'another_time' ? this.#nowMs * 1_000 : null;
    if (reply === 'confirm') part.response = 'accepted';
    if (reply === 'cancel') part.response = 'declined';
    if (reply === 'undo') part.response = 'needs_action';
    if (part.role === 'client') {
      visit.state = reply === 'cancel' ? 'cancelled' : 'booked';
      visit.cancelled = reply === 'cancel' ? 'client' : null;
    }
  }

  #mails(id: string): Answered {
    const visit = this.appointments.find((one) => one.id === id);
    if (visit === undefined) return bad(404, 'not_found');
    return this.#reader === people.dana.person ? good(mailsOf(visit, this.#nowMs)) : bad(403, 'not_allowed');
  }

  /** The client has another visit at that time. */
  #overlaps(visit: Appointment): boolean {
    const end = (one: Appointment): number => one.start + one.minutes * 60_000_000;
    const stands = (one: Appointment): boolean => one.state === 'booked' && end(one) > this.#nowMs * 1_000;
    const meets = (one: Appointment): boolean => one.start < end(visit) && visit.start < end(one);
    const client = (one: Appointment): string | undefined => one.participants.find(({ role }) => role === 'client')?.person;
    return stands(visit) && this.appointments.some((one) => one !== visit && client(one) === client(visit) && stands(one) && meets(one));
  }

  #seen(visit: Appointment): Appointment {
    const staff = this.#reader === people.dana.person;
    const beside = this.#reader === people.sam.person;
    const open = visit.state === 'booked' && visit.start > this.#nowMs * 1_000;
    return {
      ...visit,
      closed: staff ? (visit.closed ?? null) : null,
      participants: visit.participants.map((one) => (staff ? { ...one, phone: this.phones.of(one.person) } : one)),
      beside,
      overlaps: staff && this.#overlaps(visit),
      may_change: staff && open,
      undo_left_s: staff && this.undoable.has(visit.id) ? this.undoLeftS : null,
      may_close: staff && visit.state !== 'cancelled' && visit.start <= this.#nowMs * 1_000,
      may_reply: !staff && !beside && (open || visit.cancelled === 'client'),
    };
  }

  #visit(kind: Appointment['kind'], civil: string, zone: string, who: Who[], over: Partial<Appointment>): Appointment {
    const at = instant(civil, zone);
    const participants = who.map(partOf);
    const visit: Appointment = {
      id: newId(), client: people.maria.person, client_name: people.maria.name, kind, state: 'booked',
      sequence: 0, start: at * 1_000, minutes: 30, at: localTime(at, zone), yours: localTime(at, HERE),
      participants, meeting_link: null, cancelled: null, closed: null, visit_type: null,
      may_change: false, may_close: false, may_reply: false, ...over,
    };
    this.appointments = [...this.appointments, visit].sort((a, b) => a.start - b.start);
    return visit;
  }

  #task(kind: Task['kind'], who: Who, visit: Appointment | undefined, sinceMs: number): void {
    this.tasks.push({
      id: newId(), kind, client: people.maria.person, client_name: people.maria.name,
      person_name: people[who].name, phone: this.phones.of(people[who].person), appointment: visit?.id ?? null, at: visit?.yours ?? null,
      since: sinceMs * 1_000,
    });
  }

  #day(days: number): string {
    return localTime(this.#nowMs + days * DAY, HERE).civil.slice(0, 10);
  }
}
