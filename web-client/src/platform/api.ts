// The REST calls that a page makes itself: people, consent, circles, appointments, how people want to
// be told things. Types come from the server's own OpenAPI document (`npm run api`); a test fails
// when they drift.
import type { components } from './api.gen';

type Schemas = components['schemas'];
export type People = Schemas['People'];
export type ClientCard = Schemas['ClientCard'];
export type CaregiverCard = Schemas['CaregiverCard'];
export type PersonCard = Schemas['PersonCard'];
export type CircleCard = Schemas['CircleCard'];
export type Consent = Schemas['Consent'];
export type ConsentBasis = Schemas['ConsentBasis'];
export type RecordConsent = Schemas['RecordConsent'];
export type WithdrawConsent = Schemas['WithdrawConsent'];
export type PlanCircle = Schemas['PlanCircle'];
export type Circle = Schemas['Circle'];
export type LocalTime = Schemas['LocalTime'];
export type Slot = Schemas['Slot'];
export type Slots = Schemas['Slots'];
export type Appointment = Schemas['Appointment'];
export type Appointments = Schemas['Appointments'];
export type AppointmentKind = Schemas['AppointmentKind'];
export type AppointmentState = Schemas['AppointmentState'];
export type Participant = Schemas['Participant'];
export type CancelReason = Schemas['CancelReason'];
export type Reply = Schemas['Reply'];
export type BookAppointment = Schemas['BookAppointment'];
export type MoveAppointment = Schemas['MoveAppointment'];
export type CancelAppointment = Schemas['CancelAppointment'];
export type ReplyToAppointment = Schemas['ReplyToAppointment'];
export type Preferences = Schemas['Preferences'];
export type Disclosure = Schemas['Disclosure'];
export type Task = Schemas['Task'];
export type TaskKind = Schemas['TaskKind'];
export type Tasks = Schemas['Tasks'];
export type NewKeys = Schemas['NewKeys'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditPage = Schemas['AuditPage'];
export type AuditPeople = Schemas['AuditPeople'];
export type AuditView = Schemas['AuditView'];
export type Authenticators = Schemas['Authenticators'];
export type AuthenticatorCard = Schemas['AuthenticatorCard'];
export type PasskeyAsked = Schemas['PasskeyAsked'];
export type RegisterPasskey = Schemas['RegisterPasskey'];
export type SignInByPasskey = Schemas['SignInByPasskey'];
export type SignedIn = Schemas['SignedIn'];
export type SignInWays = Schemas['SignInWays'];

/** A stable code, and what would do instead where the server knows. */
export interface Refused {
  code: string;
  /** Free times, soonest first. */
  slots?: Slot[];
  /** The next time that exists on the clock. */
  nextValid?: LocalTime;
}

/** A body, or a refusal; its code is `unreachable` when no answer came. */
export type Answer<Body> = { ok: true; body: Body } | ({ ok: false } & Refused);

/** Some days of the caller's own appointments. `from` is a calendar day, "2026-12-01". */
export interface Span {
  from: string;
  days: number;
}

/** Which free times? The zone is the caller's if empty. */
export interface SlotSearch extends Span {
  minutes: number;
  zone: string;
}

/** A question to the audit log. Times are microseconds. */
export interface AuditQuestion {
  view: AuditView;
  person: string | null;
  from: number | null;
  until: number | null;
  denied: boolean;
  /** The `next` of the page before. */
  before: string | null;
}

export interface Api {
  people(): Promise<Answer<People>>;
  recordConsent(request: RecordConsent): Promise<Answer<Consent>>;
  withdrawConsent(consent: string, request: WithdrawConsent): Promise<Answer<Consent>>;
  planCircle(request: PlanCircle): Promise<Answer<Circle>>;
  newKeys(person: string, request: Schemas['AskNewKeys']): Promise<Answer<NewKeys>>;
  preferences(person: string): Promise<Answer<Preferences>>;
  savePreferences(person: string, request: Preferences): Promise<Answer<Preferences>>;
  appointmentsOf(person: string): Promise<Answer<Appointments>>;
  appointments(span: Span): Promise<Answer<Appointments>>;
  book(request: BookAppointment): Promise<Answer<Appointment>>;
  move(appointment: string, request: MoveAppointment): Promise<Answer<Appointment>>;
  callOff(appointment: string, request: CancelAppointment): Promise<Answer<Appointment>>;
  reply(appointment: string, request: ReplyToAppointment): Promise<Answer<Appointment>>;
  slots(search: SlotSearch): Promise<Answer<Slots>>;
  tasks(): Promise<Answer<Tasks>>;
  finishTask(task: string): Promise<Answer<null>>;
  removeIdleDevice(task: string): Promise<Answer<null>>;
  audit(question: AuditQuestion): Promise<Answer<AuditPage>>;
  auditPeople(): Promise<Answer<AuditPeople>>;
  access(before: string | null): Promise<Answer<AuditPage>>;
  signInWays(): Promise<Answer<SignInWays>>;
  askPasskey(): Promise<Answer<PasskeyAsked>>;
  signInByPasskey(request: SignInByPasskey): Promise<Answer<SignedIn>>;
  authenticators(): Promise<Answer<Authenticators>>;
  askNewPasskey(): Promise<Answer<PasskeyAsked>>;
  registerPasskey(request: RegisterPasskey): Promise<Answer<SignedIn>>;
  endAuthenticator(authenticator: string): Promise<Answer<null>>;
}

export const api: Api = {
  people: () => call('GET', '/v1/people'),
  recordConsent: (request) => call('POST', '/v1/consents', request),
  withdrawConsent: (consent, request) => call('POST', `/v1/consents/${consent}/withdraw`, request),
  planCircle: (request) => call('POST', '/v1/circles', request),
  newKeys: (person, request) => call('POST', `/v1/people/${person}/new-keys`, request),
  preferences: (person) => call('GET', `/v1/people/${person}/preferences`),
  savePreferences: (person, request) => call('PUT', `/v1/people/${person}/preferences`, request),
  appointmentsOf: (person) => call('GET', `/v1/people/${person}/appointments`),
  appointments: ({ from, days }) => call('GET', `/v1/appointments?${query({ from, days })}`),
  book: (request) => call('POST', '/v1/appointments', request),
  move: (appointment, request) => call('POST', `/v1/appointments/${appointment}/move`, request),
  callOff: (appointment, request) => call('POST', `/v1/appointments/${appointment}/cancel`, request),
  reply: (appointment, request) => call('POST', `/v1/appointments/${appointment}/reply`, request),
  slots: ({ from, days, minutes, zone }) =>
    call('GET', `/v1/slots?${query({ from, days, minutes, ...(zone === '' ? {} : { zone }) })}`),
  tasks: () => call('GET', '/v1/tasks'),
  finishTask: (task) => call('POST', `/v1/tasks/${task}/done`),
  removeIdleDevice: (task) => call('POST', `/v1/tasks/${task}/remove-device`),
  audit: (question) => call('GET', `/v1/audit?${query(given(question))}`),
  auditPeople: () => call('GET', '/v1/audit/people'),
  access: (before) => call('GET', `/v1/access?${query(given({ before }))}`),
  signInWays: () => call('GET', '/v1/sign-in'),
  askPasskey: () => call('POST', '/v1/sign-in/passkey'),
  signInByPasskey: (request) => call('POST', '/v1/sign-in/passkey/finish', request),
  authenticators: () => call('GET', '/v1/authenticators'),
  askNewPasskey: () => call('POST', '/v1/authenticators/passkey'),
  registerPasskey: (request) => call('POST', '/v1/authenticators/passkey/finish', request),
  endAuthenticator: (authenticator) => call('DELETE', `/v1/authenticators/${authenticator}`),
};

function query(values: Record<string, string | number>): string {
  return new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString();
}

/** What has a value; `true` as the server reads it. */
function given(values: object): Record<string, string | number> {
  const there = Object.entries(values).filter(([, value]) => value !== null && value !== false);
  return Object.fromEntries(there.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]));
}

const NO_CONTENT = 204;

async function call<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
  try {
    const answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.status === NO_CONTENT) return { ok: true, body: null as Body };
    const json = (await answer.json()) as Body | Schemas['ErrorBody'];
    return answer.ok ? { ok: true, body: json as Body } : refused(json as Schemas['ErrorBody']);
  } catch {
    return { ok: false, code: 'unreachable' };
  }
}

function refused({ code, slots, next_valid }: Schemas['ErrorBody']): { ok: false } & Refused {
  return {
    ok: false,
    code,
    ...(slots === undefined ? {} : { slots }),
    ...(next_valid === undefined || next_valid === null ? {} : { nextValid: next_valid }),
  };
}
