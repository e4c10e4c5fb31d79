// The people around the clients whom this person may see: consents and new circles are made here.
import type { Api, CaregiverCard, ClientCard, Consent, ConsentBasis } from '../platform/api';

/** A consent as it is being written. `until` is a calendar day, or empty: until withdrawn. */
export interface ConsentDraft {
  basis: ConsentBasis;
  note: string;
  until: string;
}

/** A new circle as it is being written. */
export interface CircleDraft {
  title: string;
  members: string[];
}

export class People {
  clients = $state.raw<ClientCard[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  /** One id for one intent: sending it again after a lost answer does nothing twice. */
  readonly #intents = new Map<string, string>();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.people();
    if (answer.ok) this.clients = answer.body.clients;
    this.progress = answer.ok ? 'ready' : 'failed';
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
    };
    return this.#once(body, (op_id) => this.#api.recordConsent({ op_id, ...body }));
  }

  /** Plans a new circle; the server then calls on this device to make its group. The code of the refusal, or null when done. */
  async planCircle(client: ClientCard, draft: CircleDraft): Promise<string | null> {
    const body = { client: client.person, title: draft.title.trim(), members: draft.members };
    return this.#once(body, (op_id) => this.#api.planCircle({ op_id, ...body }));
  }

  async #once(
    body: object,
    send: (op_id: string) => Promise<{ ok: true } | { ok: false; code: string }>,
  ): Promise<string | null> {
    const intent = JSON.stringify(body);
    const op_id = this.#intents.get(intent) ?? crypto.randomUUID();
    this.#intents.set(intent, op_id);
    const answer = await send(op_id);
    if (!answer.ok) return answer.code;
    this.#intents.delete(intent);
    await this.load();
    return null;
  }
}

/** The consent that holds now, if one does. */
export function liveConsent(caregiver: CaregiverCard, nowMs: number): Consent | undefined {
  const now = nowMs * 1_000;
  return caregiver.consents.find(
    ({ from, until, withdrawn_at }) =>
      from <= now && (until ?? Infinity) > now && (withdrawn_at ?? Infinity) > now,
  );
}

/** Everyone of a client's surroundings by account, for naming a circle's members. */
export function names(client: ClientCard): Map<string, string> {
  const people = [client, ...client.staff, ...client.caregivers];
  return new Map(people.map(({ account, name }) => [account, name]));
}

/** The last moment of a calendar day ("2027-03-31") where this browser is, in microseconds. */
export function endOfDayMicros(day: string): number {
  return new Date(`${day}T23:59:59.999`).getTime() * 1_000;
}
