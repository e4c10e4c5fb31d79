// The REST calls that a page makes itself: people, consent, circles, appointments, how people want to
// be told things. Types come from the server's own OpenAPI document (`npm run api`); a test fails
// when they drift.
import type { components } from './api.gen';
import { call, given, query } from './call';

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
export type BookSeries = Schemas['BookSeries'];
export type SeriesBooked = Schemas['SeriesBooked'];
export type NotBooked = Schemas['NotBooked'];
export type BookInstead = Schemas['BookInstead'];
export type Conflict = Schemas['Conflict'];
export type RepeatsTold = Schemas['Repeats'];
export type Scope = Schemas['Scope'];
export type MoveAppointment = Schemas['MoveAppointment'];
export type ChangeTeam = Schemas['ChangeTeam'];
export type ChangePlace = Schemas['ChangePlace'];
export type CancelAppointment = Schemas['CancelAppointment'];
export type CloseAppointment = Schemas['CloseAppointment'];
export type Outcome = Schemas['Outcome'];
export type NextStep = Schemas['NextStep'];
export type ReplyToAppointment = Schemas['ReplyToAppointment'];
export type VisitType = Schemas['VisitType'];
export type VisitTypes = Schemas['VisitTypes'];
export type VisitZone = Schemas['VisitZone'];
export type VisitZones = Schemas['VisitZones'];
export type VisitTerms = Schemas['VisitTerms'];
export type Closure = Schemas['Closure'];
export type Closures = Schemas['Closures'];
export type ClosedDays = Schemas['ClosedDays'];
export type BookingLink = Schemas['BookingLink'];
export type BookingLinks = Schemas['BookingLinks'];
export type BookingLinkMade = Schemas['BookingLinkMade'];
export type BookingLinkState = Schemas['BookingLinkState'];
export type MakeBookingLink = Schemas['MakeBookingLink'];
export type CalendarFeed = Schemas['CalendarFeed'];
export type CalendarFeedMade = Schemas['CalendarFeedMade'];
export type WorkingHours = Schemas['WorkingHours'];
export type HoursSaved = Schemas['HoursSaved'];
export type Jobs = Schemas['Jobs'];
export type HoldTime = Schemas['HoldTime'];
export type TimeHeld = Schemas['TimeHeld'];
export type ClockJump = Schemas['ClockJump'];
export type Job = Schemas['Job'];
export type JobName = Schemas['JobName'];
export type JobTerms = Schemas['JobTerms'];
export type JobOutcome = Schemas['JobOutcome'];
export type JobPreview = Schemas['JobPreview'];
export type Misfire = Schemas['Misfire'];
export type Outages = Schemas['Outages'];
export type Outage = Schemas['Outage'];
export type Step = Schemas['Step'];
export type Preferences = Schemas['Preferences'];
export type AddressStanding = Schemas['AddressStanding'];
export type AddressState = Schemas['AddressState'];
export type SafeHours = Schemas['SafeHours'];
export type Phone = Schemas['Phone'];
export type UpdateMails = Schemas['UpdateMails'];
export type UpdateMail = Schemas['UpdateMail'];
export type VisitMails = Schemas['VisitMails'];
export type MailsToPerson = Schemas['MailsToPerson'];
export type VisitMail = Schemas['VisitMail'];
export type MailReason = Schemas['MailReason'];
export type Disclosure = Schemas['Disclosure'];
export type Task = Schemas['Task'];
export type TaskKind = Schemas['TaskKind'];
export type Tasks = Schemas['Tasks'];
export type NewKeys = Schemas['NewKeys'];
export type Staff = Schemas['Staff'];
export type StaffCard = Schemas['StaffCard'];
export type StaffState = Schemas['StaffState'];
export type StaffLink = Schemas['StaffLink'];
export type StaffEnded = Schemas['StaffEnded'];
export type Caseloads = Schemas['Caseloads'];
export type ServedClient = Schemas['ServedClient'];
export type ManagerLoad = Schemas['ManagerLoad'];
export type Transfers = Schemas['Transfers'];
export type TransferCard = Schemas['TransferCard'];
export type TransferState = Schemas['TransferState'];
export type HandingOver = Schemas['HandingOver'];
export type AddClient = Schemas['AddClient'];
export type AddCaregiver = Schemas['AddCaregiver'];
export type Representation = Schemas['Representation'];
export type RepresentationBasis = Schemas['RepresentationBasis'];
export type RecordRepresentation = Schemas['RecordRepresentation'];
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
export type AskPassword = Schemas['AskPassword'];
export type PasswordAsked = Schemas['PasswordAsked'];
export type SignInByPassword = Schemas['SignInByPassword'];
export type PasswordShown = Schemas['PasswordShown'];
export type AskNewPassword = Schemas['AskNewPassword'];
export type NewPasswordAsked = Schemas['NewPasswordAsked'];
export type RegisterPassword = Schemas['RegisterPassword'];
export type CodeAppAsked = Schemas['CodeAppAsked'];
export type RegisterCodeApp = Schemas['RegisterCodeApp'];

/** A stable code, and what would do instead where the server knows. */
export interface Refused {
  code: string;
  /** Free times, soonest first. */
  slots?: Slot[];
  /** The next time that exists on the clock. */
  nextValid?: LocalTime;
  /** Each visit of a series that cannot be at its time. */
  conflicts?: Conflict[];
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
  /** As what kind of visit; empty: of none in particular. */
  visitType: string;
  /** Accounts: who else of the staff is free then. */
  staff: readonly string[];
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
  addClient(request: AddClient): Promise<Answer<PersonCard>>;
  addCaregiver(client: string, request: AddCaregiver): Promise<Answer<PersonCard>>;
  recordRepresentation(client: string, request: RecordRepresentation): Promise<Answer<Representation>>;
  endRepresentation(representation: string, request: Schemas['EndRepresentation']): Promise<Answer<Representation>>;
  recordConsent(request: RecordConsent): Promise<Answer<Consent>>;
  withdrawConsent(consent: string, request: WithdrawConsent): Promise<Answer<Consent>>;
  planCircle(request: PlanCircle): Promise<Answer<Circle>>;
  newKeys(person: string, request: Schemas['AskNewKeys']): Promise<Answer<NewKeys>>;
  preferences(person: string): Promise<Answer<Preferences>>;
  /** Whether mails reach somebody. */
  address(person: string): Promise<Answer<AddressStanding>>;
  /** Has a mail ask once more whether the address is theirs. */
  askAddress(person: string): Promise<Answer<AddressStanding>>;
  savePreferences(person: string, request: Preferences): Promise<Answer<Preferences>>;
  phone(person: string): Promise<Answer<Phone>>;
  savePhone(person: string, request: Phone): Promise<Answer<Phone>>;
  updateMails(person: string): Promise<Answer<UpdateMails>>;
  appointmentsOf(person: string): Promise<Answer<Appointments>>;
  appointments(span: Span): Promise<Answer<Appointments>>;
  visitMails(appointment: string): Promise<Answer<VisitMails>>;
  book(request: BookAppointment): Promise<Answer<Appointment>>;
  bookSeries(request: BookSeries): Promise<Answer<SeriesBooked>>;
  bookInstead(series: string, request: BookInstead): Promise<Answer<Appointment>>;
  move(appointment: string, request: MoveAppointment): Promise<Answer<Appointment>>;
  changeTeam(appointment: string, request: ChangeTeam): Promise<Answer<Appointment>>;
  changePlace(appointment: string, request: ChangePlace): Promise<Answer<Appointment>>;
  callOff(appointment: string, request: CancelAppointment): Promise<Answer<Appointment>>;
  undoCancel(appointment: string, request: Schemas['UndoCancel']): Promise<Answer<Appointment>>;
  close(appointment: string, request: CloseAppointment): Promise<Answer<Appointment>>;
  reply(appointment: string, request: ReplyToAppointment): Promise<Answer<Appointment>>;
  slots(search: SlotSearch): Promise<Answer<Slots>>;
  holdTime(request: HoldTime): Promise<Answer<TimeHeld>>;
  letTimesGo(): Promise<Answer<null>>;
  visitTypes(): Promise<Answer<VisitTypes>>;
  /** By which clock visits with a client go, of each kind. */
  visitZones(client: string): Promise<Answer<VisitZones>>;
  addVisitType(request: Schemas['AddVisitType']): Promise<Answer<VisitType>>;
  changeVisitType(visitType: string, terms: VisitTerms): Promise<Answer<VisitType>>;
  endVisitType(visitType: string): Promise<Answer<null>>;
  closures(): Promise<Answer<Closures>>;
  addClosure(request: Schemas['AddClosure']): Promise<Answer<Closure>>;
  endClosure(closure: string): Promise<Answer<null>>;
  bookingLinks(client: string): Promise<Answer<BookingLinks>>;
  makeBookingLink(client: string, request: MakeBookingLink): Promise<Answer<BookingLinkMade>>;
  revokeBookingLink(link: string, request: Schemas['RevokeBookingLink']): Promise<Answer<BookingLink>>;
  calendarFeed(): Promise<Answer<CalendarFeed>>;
  makeCalendarFeed(request: Schemas['MakeCalendarFeed']): Promise<Answer<CalendarFeedMade>>;
  endCalendarFeed(): Promise<Answer<null>>;
  hours(): Promise<Answer<WorkingHours>>;
  putHours(request: WorkingHours): Promise<Answer<HoursSaved>>;
  tasks(): Promise<Answer<Tasks>>;
  finishTask(task: string): Promise<Answer<null>>;
  removeIdleDevice(task: string): Promise<Answer<null>>;
  jobs(): Promise<Answer<Jobs>>;
  previewJob(request: Schemas['PreviewJob']): Promise<Answer<JobPreview>>;
  changeJob(job: JobName, terms: JobTerms): Promise<Answer<null>>;
  pauseJob(job: JobName): Promise<Answer<null>>;
  resumeJob(job: JobName): Promise<Answer<null>>;
  runJob(job: JobName): Promise<Answer<null>>;
  confirmClock(request: Schemas['ConfirmClock']): Promise<Answer<null>>;
  outages(): Promise<Answer<Outages>>;
  noteCall(outage: string, request: Schemas['NoteCall']): Promise<Answer<Outages>>;
  staff(): Promise<Answer<Staff>>;
  inviteStaff(request: Schemas['InviteStaff']): Promise<Answer<StaffLink>>;
  inviteStaffAgain(account: string, request: Schemas['InviteAgain']): Promise<Answer<StaffLink>>;
  changeRole(account: string, request: Schemas['ChangeRole']): Promise<Answer<null>>;
  endSessions(account: string, request: Schemas['EndStaff']): Promise<Answer<null>>;
  endAccount(account: string, request: Schemas['EndStaff']): Promise<Answer<StaffEnded>>;
  endOtherSessions(): Promise<Answer<null>>;
  caseloads(): Promise<Answer<Caseloads>>;
  assignClient(request: Schemas['AssignClient']): Promise<Answer<null>>;
  endAssignment(request: Schemas['EndAssignment']): Promise<Answer<null>>;
  transfers(): Promise<Answer<Transfers>>;
  offerTransfer(request: Schemas['OfferTransfer']): Promise<Answer<Transfers>>;
  acceptTransfer(transfer: string, request: Schemas['AcceptTransfer']): Promise<Answer<Transfers>>;
  declineTransfer(transfer: string, request: Schemas['DeclineTransfer']): Promise<Answer<Transfers>>;
  withdrawTransfer(transfer: string, request: Schemas['WithdrawTransfer']): Promise<Answer<Transfers>>;
  nameMember(circle: string, request: Schemas['NameMember']): Promise<Answer<Circle>>;
  audit(question: AuditQuestion): Promise<Answer<AuditPage>>;
  auditPeople(): Promise<Answer<AuditPeople>>;
  /** The caller's own record, or that of the client for whom they act. */
  access(before: string | null, client?: string): Promise<Answer<AuditPage>>;
  signInWays(): Promise<Answer<SignInWays>>;
  askPasskey(): Promise<Answer<PasskeyAsked>>;
  signInByPasskey(request: SignInByPasskey): Promise<Answer<SignedIn>>;
  authenticators(): Promise<Answer<Authenticators>>;
  askNewPasskey(): Promise<Answer<PasskeyAsked>>;
  registerPasskey(request: RegisterPasskey): Promise<Answer<SignedIn>>;
  endAuthenticator(authenticator: string): Promise<Answer<null>>;
  askPassword(request: AskPassword): Promise<Answer<PasswordAsked>>;
  signInByPassword(request: SignInByPassword): Promise<Answer<PasswordShown>>;
  signInByCode(code: string): Promise<Answer<SignedIn>>;
  askNewPassword(request: AskNewPassword): Promise<Answer<NewPasswordAsked>>;
  registerPassword(request: RegisterPassword): Promise<Answer<PasswordShown>>;
  askNewCodeApp(): Promise<Answer<CodeAppAsked>>;
  registerCodeApp(request: RegisterCodeApp): Promise<Answer<PasswordShown>>;
}

export const api: Api = {
  people: () => call('GET', '/v1/people'),
  addClient: (request) => call('POST', '/v1/people', request),
  addCaregiver: (client, request) => call('POST', `/v1/people/${client}/caregivers`, request),
  recordRepresentation: (client, request) => call('POST', `/v1/people/${client}/representations`, request),
  endRepresentation: (representation, request) => call('POST', `/v1/representations/${representation}/end`, request),
  recordConsent: (request) => call('POST', '/v1/consents', request),
  withdrawConsent: (consent, request) => call('POST', `/v1/consents/${consent}/withdraw`, request),
  planCircle: (request) => call('POST', '/v1/circles', request),
  newKeys: (person, request) => call('POST', `/v1/people/${person}/new-keys`, request),
  preferences: (person) => call('GET', `/v1/people/${person}/preferences`),
  address: (person) => call('GET', `/v1/people/${person}/address`),
  askAddress: (person) => call('POST', `/v1/people/${person}/address`),
  savePreferences: (person, request) => call('PUT', `/v1/people/${person}/preferences`, request),
  phone: (person) => call('GET', `/v1/people/${person}/phone`),
  savePhone: (person, request) => call('PUT', `/v1/people/${person}/phone`, request),
  updateMails: (person) => call('GET', `/v1/people/${person}/update-mails`),
  appointmentsOf: (person) => call('GET', `/v1/people/${person}/appointments`),
  appointments: ({ from, days }) => call('GET', `/v1/appointments?${query({ from, days })}`),
  visitMails: (appointment) => call('GET', `/v1/appointments/${appointment}/mails`),
  book: (request) => call('POST', '/v1/appointments', request),
  bookSeries: (request) => call('POST', '/v1/series', request),
  bookInstead: (series, request) => call('POST', `/v1/series/${series}/gaps`, request),
  move: (appointment, request) => call('POST', `/v1/appointments/${appointment}/move`, request),
  changeTeam: (appointment, request) => call('POST', `/v1/appointments/${appointment}/team`, request),
  changePlace: (appointment, request) => call('POST', `/v1/appointments/${appointment}/place`, request),
  callOff: (appointment, request) => call('POST', `/v1/appointments/${appointment}/cancel`, request),
  undoCancel: (appointment, request) => call('POST', `/v1/appointments/${appointment}/undo-cancel`, request),
  close: (appointment, request) => call('POST', `/v1/appointments/${appointment}/close`, request),
  reply: (appointment, request) => call('POST', `/v1/appointments/${appointment}/reply`, request),
  slots: ({ from, days, minutes, zone, visitType, staff }) => {
    const or = (text: string): string | null => (text === '' ? null : text);
    const named = given({ zone: or(zone), visit_type: or(visitType), staff: or(staff.join(',')) });
    return call('GET', `/v1/slots?${query({ from, days, minutes, ...named })}`);
  },
  holdTime: (request) => call('POST', '/v1/holds', request),
  letTimesGo: () => call('DELETE', '/v1/holds'),
  visitTypes: () => call('GET', '/v1/visit-types'),
  visitZones: (client) => call('GET', `/v1/people/${client}/visit-zones`),
  addVisitType: (request) => call('POST', '/v1/visit-types', request),
  changeVisitType: (visitType, terms) => call('PUT', `/v1/visit-types/${visitType}`, terms),
  endVisitType: (visitType) => call('DELETE', `/v1/visit-types/${visitType}`),
  closures: () => call('GET', '/v1/closures'),
  addClosure: (request) => call('POST', '/v1/closures', request),
  endClosure: (closure) => call('DELETE', `/v1/closures/${closure}`),
  bookingLinks: (client) => call('GET', `/v1/people/${client}/booking-links`),
  makeBookingLink: (client, request) => call('POST', `/v1/people/${client}/booking-links`, request),
  revokeBookingLink: (link, request) => call('POST', `/v1/booking-links/${link}/revoke`, request),
  calendarFeed: () => call('GET', '/v1/calendar-feed'),
  makeCalendarFeed: (request) => call('POST', '/v1/calendar-feed', request),
  endCalendarFeed: () => call('DELETE', '/v1/calendar-feed'),
  hours: () => call('GET', '/v1/hours'),
  putHours: (request) => call('PUT', '/v1/hours', request),
  tasks: () => call('GET', '/v1/tasks'),
  finishTask: (task) => call('POST', `/v1/tasks/${task}/done`),
  removeIdleDevice: (task) => call('POST', `/v1/tasks/${task}/remove-device`),
  jobs: () => call('GET', '/v1/jobs'),
  previewJob: (request) => call('POST', '/v1/jobs/preview', request),
  changeJob: (job, terms) => call('PUT', `/v1/jobs/${job}`, terms),
  pauseJob: (job) => call('POST', `/v1/jobs/${job}/pause`),
  resumeJob: (job) => call('POST', `/v1/jobs/${job}/resume`),
  runJob: (job) => call('POST', `/v1/jobs/${job}/run`),
  confirmClock: (request) => call('POST', '/v1/jobs/clock', request),
  outages: () => call('GET', '/v1/outages'),
  noteCall: (outage, request) => call('POST', `/v1/outages/${outage}/calls`, request),
  staff: () => call('GET', '/v1/staff'),
  inviteStaff: (request) => call('POST', '/v1/staff', request),
  inviteStaffAgain: (account, request) => call('POST', `/v1/staff/${account}/invite`, request),
  changeRole: (account, request) => call('POST', `/v1/staff/${account}/role`, request),
  endSessions: (account, request) => call('POST', `/v1/staff/${account}/sign-out`, request),
  endAccount: (account, request) => call('POST', `/v1/staff/${account}/end`, request),
  endOtherSessions: () => call('POST', '/v1/session/end-others'),
  caseloads: () => call('GET', '/v1/caseloads'),
  assignClient: (request) => call('POST', '/v1/assignments', request),
  endAssignment: (request) => call('POST', '/v1/assignments/end', request),
  transfers: () => call('GET', '/v1/transfers'),
  offerTransfer: (request) => call('POST', '/v1/transfers', request),
  acceptTransfer: (transfer, request) => call('POST', `/v1/transfers/${transfer}/accept`, request),
  declineTransfer: (transfer, request) => call('POST', `/v1/transfers/${transfer}/decline`, request),
  withdrawTransfer: (transfer, request) => call('POST', `/v1/transfers/${transfer}/withdraw`, request),
  nameMember: (circle, request) => call('POST', `/v1/circles/${circle}/members`, request),
  audit: (question) => call('GET', `/v1/audit?${query(given(question))}`),
  auditPeople: () => call('GET', '/v1/audit/people'),
  access: (before, client) => call('GET', `/v1/access?${query(given({ before, client: client ?? null }))}`),
  signInWays: () => call('GET', '/v1/sign-in'),
  askPasskey: () => call('POST', '/v1/sign-in/passkey'),
  signInByPasskey: (request) => call('POST', '/v1/sign-in/passkey/finish', request),
  authenticators: () => call('GET', '/v1/authenticators'),
  askNewPasskey: () => call('POST', '/v1/authenticators/passkey'),
  registerPasskey: (request) => call('POST', '/v1/authenticators/passkey/finish', request),
  endAuthenticator: (authenticator) => call('DELETE', `/v1/authenticators/${authenticator}`),
  askPassword: (request) => call('POST', '/v1/sign-in/password', request),
  signInByPassword: (request) => call('POST', '/v1/sign-in/password/finish', request),
  signInByCode: (code) => call('POST', '/v1/sign-in/code', { code }),
  askNewPassword: (request) => call('POST', '/v1/authenticators/password', request),
  registerPassword: (request) => call('POST', '/v1/authenticators/password/finish', request),
  askNewCodeApp: () => call('POST', '/v1/authenticators/code-app'),
  registerCodeApp: (request) => call('POST', '/v1/authenticators/code-app/finish', request),
};
