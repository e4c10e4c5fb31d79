// A double of the agency's server for browser checks: appointments, tasks and preferences in memory.
// It keeps the shapes and the refusals of the real one and none of its rules: at 10:00 the worker is
// always busy, 02:30 never exists, and whoever signed in last is the one who asks.
import type {
  Appointment, BookAppointment, CancelAppointment, Consent, MoveAppointment, Participant, Preferences,
  RecordConsent, ReplyToAppointment, Slot, Task,
} from '../src/platform/api';
import { auditPage, auditPeople } from './audits';
import { instant, localTime } from './clock';
import { people, peopleAround, type Who } from './story';

const HERE = 'America/Chicago';
const THERE = 'America/Denver';
const DAY = 86_400_000;
const BESIDES = [
  [2, '09:00', 'home', 'Lee Specimen'],
  [2, '11:30', 'phone', 'Noor Placeholder'],
  [3, '10:00', 'office', 'Robin Specimen'],
  [4, '16:45', 'community', 'Alex Placeholder'],
] as const;
const BUSY = 'T10:00';
const GAP = 'T02:30';

export interface Answered {
  status: number;
  body: unknown;
}
const good = (body: unknown): Answered => ({ status: 200, body });
const bad = (status: number, code: string, more: object = {}): Answered => ({
  status, body: { code, detail: '', ...more },
});

let made = 0;
const newId = (): string => `01990000-0000-7000-9000-${String(++made).padStart(12, '0')}`;

export class Agency {
  /** What the client allowed, and who there is. */
  around = peopleAround();
  appointments: Appointment[] = [];
  tasks: Task[] = [];
  /** Nobody showed a passkey within the last minutes. */
  stale = false;
  readonly #preferences = new Map<string, Preferences>();
  #reader: string = people.dana.person;
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    const on = (days: number, clock: string): string => `${this.#day(days)}T${clock}`;
    this.#visit('video', on(2, '14:30'), HERE, ['maria', 'dana', 'ana'], { meeting_link: 'https://meet.example/room-7' });
    // A worker's days have other clients too.
    for (const [days, clock, kind, name] of BESIDES) {
      const other = { client: people.sam.person, client_name: name };
      const visit = this.#visit(kind, on(days, clock), HERE, ['maria', 'dana'], other);
      visit.participants = visit.participants.map((one) => (one.role === 'client' ? { ...one, person: newId(), name } : one));
    }
    this.#visit('home', on(9, '09:15'), HERE, ['maria', 'dana'], {});
    this.#visit('phone', on(16, '11:00'), THERE, ['maria', 'dana'], {});
    this.#visit('office', on(-7, '13:00'), HERE, ['maria', 'dana'], { state: 'completed' });
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
    if (first === 'people' && act === 'preferences') return this.#prefer(method, id, body as Preferences);
    if (first === 'people' && act === 'appointments') return this.#appointmentsOf(id);
    if (first === 'people') return good(this.around);
    if (first === 'consents') return this.#consent(id, body as RecordConsent);
    if (first === 'access') return good(auditPage(this.#nowMs, url.searchParams));
    if (first === 'audit' && this.#reader !== people.robin.person) return bad(403, 'not_allowed');
    if (first === 'audit' && this.stale) return bad(403, 'step_up_required');
    if (first === 'audit') return good(id === 'people' ? auditPeople() : auditPage(this.#nowMs, url.searchParams));
    if (first === 'slots') return good({ slots: this.#free(url.searchParams) });
    if (first === 'tasks' && method === 'GET') return good({ tasks: this.tasks });
    if (first === 'tasks') {
      this.tasks = this.tasks.filter((task) => task.id !== id);
      return { status: 204, body: null };
    }
    if (first === 'authenticators') return good({ authenticators: [] });
    if (first === 'sign-in') return good({ device_alone: true });
    if (first !== 'appointments') return good({});
    if (method === 'GET') return good({ appointments: this.#days(url.searchParams) });
    return id === '' ? this.#book(body as BookAppointment) : this.#change(id, act ?? '', body);
  }

  #appointmentsOf(person: string): Answered {
    if (this.#reader !== people.dana.person) return bad(403, 'not_allowed');
    const mine = this.appointments.filter(({ participants }) => participants.some((one) => one.person === person));
    return good({ appointments: mine.map((one) => this.#seen(one)) });
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
    return clocks.map((clock) => this.#slot(`${query.get('from') ?? ''}T${clock}`, zone));
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

  #book({ kind, civil_start, zone, minutes, caregivers, meeting_link }: BookAppointment): Answered {
    const where = zone ?? HERE;
    const refusal = this.#refusal(civil_start, where);
    if (refusal !== null) return refusal;
    const who: Who[] = ['maria', 'dana', ...(caregivers.includes(people.ana.person) ? (['ana'] as const) : [])];
    const link = meeting_link ?? null;
    return good(this.#seen(this.#visit(kind, civil_start, where, who, { minutes, meeting_link: link })));
  }

  #change(id: string, act: string, body: unknown): Answered {
    const visit = this.appointments.find((one) => one.id === id);
    if (visit === undefined) return bad(404, 'not_found');
    if (visit.sequence !== (body as MoveAppointment).sequence) return bad(409, 'appointment_changed');
    if (act === 'move') {
      const { civil_start, zone, minutes } = body as MoveAppointment;
      const where = zone ?? visit.at.zone;
      const refusal = this.#refusal(civil_start, where);
      if (refusal !== null) return refusal;
      const at = instant(civil_start, where);
      Object.assign(visit, {
        start: at * 1_000, at: localTime(at, where), yours: localTime(at, HERE),
        minutes: minutes ?? visit.minutes, sequence: visit.sequence + 1,
      });
    } else if (act === 'cancel') {
      Object.assign(visit, { state: 'cancelled', cancelled: (body as CancelAppointment).reason });
    } else {
      this.#reply(visit, (body as ReplyToAppointment).reply);
    }
    return good(this.#seen(visit));
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

  #consent(id: string, body: RecordConsent): Answered {
    const ana = this.around.clients[0]?.caregivers[0];
    if (ana === undefined) return bad(404, 'not_found');
    const now = this.#nowMs * 1_000;
    if (id !== '') {
      ana.consents = ana.consents.map((one) => (one.id === id ? { ...one, withdrawn_at: now } : one));
      return good(ana.consents.find((one) => one.id === id));
    }
    const { basis, note, until, appointments, reminders = false } = body;
    const consent: Consent = {
      id: newId(), basis, from: now, until: until ?? null, withdrawn_at: null, messages_in: [],
      appointments, reminders, recorded_by: people.dana.account, note,
    };
    ana.consents = [consent, ...ana.consents];
    return good(consent);
  }

  #prefer(method: string, person: string, body: Preferences): Answered {
    if (method === 'PUT' && body.zone.includes('Nowhere')) return bad(400, 'zone_unknown');
    if (method === 'PUT') this.#preferences.set(person, body);
    return good(
      this.#preferences.get(person) ?? {
        language: 'en', zone: HERE, email: 'maria.sample@example.org', disclosure: 'times',
        reminders: true, calendar_file: true,
      },
    );
  }

  #seen(visit: Appointment): Appointment {
    const staff = this.#reader === people.dana.person;
    const open = visit.state === 'booked' && visit.start > this.#nowMs * 1_000;
    return { ...visit, may_change: staff && open, may_reply: !staff && (open || visit.cancelled === 'client') };
  }

  #visit(kind: Appointment['kind'], civil: string, zone: string, who: Who[], over: Partial<Appointment>): Appointment {
    const at = instant(civil, zone);
    const participants = who.map((one): Participant => ({
      id: newId(), person: people[one].person, name: people[one].name, role: people[one].role,
      response: one === 'dana' || one === 'ana' ? 'accepted' : 'needs_action', asked_at: null,
    }));
    const visit: Appointment = {
      id: newId(), client: people.maria.person, client_name: people.maria.name, kind, state: 'booked',
      sequence: 0, start: at * 1_000, minutes: 30, at: localTime(at, zone), yours: localTime(at, HERE),
      participants, meeting_link: null, cancelled: null, may_change: false, may_reply: false, ...over,
    };
    this.appointments = [...this.appointments, visit].sort((a, b) => a.start - b.start);
    return visit;
  }

  #task(kind: Task['kind'], who: Who, visit: Appointment | undefined, sinceMs: number): void {
    this.tasks.push({
      id: newId(), kind, client: people.maria.person, client_name: people.maria.name,
      person_name: people[who].name, appointment: visit?.id ?? null, at: visit?.yours ?? null,
      since: sinceMs * 1_000,
    });
  }

  #day(days: number): string {
    return localTime(this.#nowMs + days * DAY, HERE).civil.slice(0, 10);
  }
}
