// The people around the clients whom this person may see: consents are made here.
import type {
  Answer, Api, CaregiverCard, ClientCard, Consent, ConsentBasis, PersonCard, Representation, RepresentationBasis,
} from '../platform/api';
import { Intents } from './intents';

/** A consent as it is being written. `until` is a calendar day, or empty: until withdrawn. */
export interface ConsentDraft {
  basis: ConsentBasis;
  note: string;
  until: string;
  /** Whether it covers visits: their times, taking part. */
  appointments: boolean;
  /** Whether it covers being reminded of them. */
  reminders: boolean;
}

/** What shows that somebody acts for a client, as it is being written. `until` as in a consent. */
export interface RepresentationDraft {
  basis: RepresentationBasis;
  evidence: string;
  until: string;
}

/** A caregiver as they are being added. */
export interface NewCaregiver {
  name: string;
  /** What they are to the client. */
  relationship: string;
  phone: string | null;
}

export class People {
  clients = $state.raw<ClientCard[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #intents = new Intents();
  #readings = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const reading = ++this.#readings;
    const answer = await this.#api.people();
    // A later reading is the truth: this one may show a right that has ended meanwhile.
    if (reading !== this.#readings) return;
    if (answer.ok) this.clients = answer.body.clients;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Adds a client who is entrusted to this member of staff. */
  async addClient(name: string, phone: string | null): Promise<Answer<PersonCard>> {
    const body = { name, phone };
    const answer = await this.#intents.once(['client', body], (op_id) => this.#api.addClient({ op_id, ...body }));
    if (answer.ok) await this.load();
    return answer;
  }

  /** Adds a caregiver to a client's record; the code of the refusal, or null when done. */
  async addCaregiver({ person }: ClientCard, body: NewCaregiver): Promise<string | null> {
    return this.#once(['caregiver', person, body], (op_id) => this.#api.addCaregiver(person, { op_id, ...body }));
  }

  /** Writes down that a caregiver acts for the client; the code of the refusal, or null when done. */
  async recordRepresentation(
    { person }: ClientCard,
    caregiver: CaregiverCard,
    draft: RepresentationDraft,
  ): Promise<string | null> {
    const body = {
      caregiver: caregiver.person,
      basis: draft.basis,
      evidence: draft.evidence.trim(),
      until: draft.until === '' ? null : endOfDayMicros(draft.until),
    };
    return this.#once([person, body], (op_id) => this.#api.recordRepresentation(person, { op_id, ...body }));
  }

  /** Ends it; the code of the refusal, or null when done. */
  async endRepresentation({ id }: Representation): Promise<string | null> {
    return this.#once(['representation', id], (op_id) => this.#api.endRepresentation(id, { op_id }));
  }

  /** Records a consent; the code of the refusal, or null when done. */
  async recordConsent(
    client: ClientCard,
    caregiver: CaregiverCard,
    draft: ConsentDraft,
  ): Promise<string | null> {
    const body = {
      client: client.person,
      caregiver: caregiver.person,
      basis: draft.basis,
      note: draft.note.trim(),
      until: draft.until === '' ? null : endOfDayMicros(draft.until),
      appointments: draft.appointments,
      reminders: draft.reminders,
    };
    return this.#once([body], (op_id) => this.#api.recordConsent({ op_id, ...body }));
  }

  /**
   * Ends a consent and every right that stood on it, silently unless a mail is to clear the person's
   * calendar; the code of the refusal, or null when done.
   */
  async withdrawConsent({ id }: Consent, clearCalendar: boolean): Promise<string | null> {
    const body = { clear_calendar: clearCalendar };
    return this.#once(['withdraw', id, body], (op_id) => this.#api.withdrawConsent(id, { op_id, ...body }));
  }

  async #once<Body>(
    intent: readonly unknown[],
    send: (op_id: string) => Promise<Answer<Body>>,
  ): Promise<string | null> {
    const answer = await this.#intents.once(intent, send);
    if (!answer.ok) return answer.code;
    await this.load();
    return null;
  }
}

/**
 * Whether a consent holds at a moment. It begins and is withdrawn when the server writes that down: one
 * that is here has begun, though this browser's clock may be behind.
 */
export function holds({ until, withdrawn_at }: Consent, nowMs: number): boolean {
  return (withdrawn_at ?? null) === null && (until ?? Infinity) > nowMs * 1_000;
}

/** Whether somebody acts for a client at a moment. */
export function acts({ until, ended_at }: Representation, nowMs: number): boolean {
  return (ended_at ?? null) === null && (until ?? Infinity) > nowMs * 1_000;
}

/** The consent that holds now, if one does. */
export function liveConsent(caregiver: CaregiverCard, nowMs: number): Consent | undefined {
  return caregiver.consents.find((consent) => holds(consent, nowMs));
}

/** Why a caregiver may not take part in visits now, or null if they may. */
export function visitBar(caregiver: CaregiverCard, nowMs: number): 'no_consent' | 'not_covered' | null {
  const live = caregiver.consents.filter((consent) => holds(consent, nowMs));
  if (live.length === 0) return 'no_consent';
  return live.some(({ appointments }) => appointments) ? null : 'not_covered';
}

/** Everyone of a client's surroundings by account, for naming a circle's members. */
export function names(client: ClientCard): Map<string, string> {
  const people = [client, ...client.staff, ...client.handing_over, ...client.caregivers];
  return new Map(people.map(({ account, name }) => [account, name]));
}

/** The last moment of a calendar day ("2027-03-31") where this browser is, in microseconds. */
export function endOfDayMicros(day: string): number {
  return new Date(`${day}T23:59:59.999`).getTime() * 1_000;
}
