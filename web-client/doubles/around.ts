// A double of the people around a client, for browser checks: who was added, what the client agreed to, who acts for
// them, whom somebody named in a circle. Whoever asks may.
import type {
  Consent, People, RecordConsent, RecordRepresentation, Representation,
} from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import type { PhonesDouble } from './phones';
import { people, peopleAround } from './story';

let made = 0;
const newId = (): string => `01990000-0000-7000-a000-${String(++made).padStart(12, '0')}`;

export class Around {
  clients: People['clients'] = peopleAround().clients;
  readonly #nowUs: number;
  readonly #phones: PhonesDouble;

  constructor(nowMs: number, phones: PhonesDouble) {
    this.#nowUs = nowMs * 1_000;
    this.#phones = phones;
  }

  answer(method: string, path: readonly string[], body: unknown, reader: string): Answered {
    const [first, id = '', act] = path;
    if (first === 'consents') return this.#consent(id, body as RecordConsent);
    if (first === 'representations') return this.#ended(id);
    if (first === 'circles') return act === 'members' ? this.#name(id, body as { account: string }) : good({});
    if (method !== 'POST') return good(this.#seen(reader));
    return act === 'representations' ? this.#acting(body as RecordRepresentation) : this.#enlist(id, act, body);
  }

  /** Whether somebody is a caregiver here, and so may act for a client. */
  isCaregiver(one: string): boolean {
    return this.#caregivers().some(({ person }) => person === one);
  }

  /** With the numbers, for the case manager. */
  #seen(reader: string): People {
    if (reader !== people.dana.person) return { clients: this.clients };
    const called = <One extends { person: string }>(one: One): One => ({ ...one, phone: this.#phones.of(one.person) });
    return { clients: this.clients.map((one) => ({ ...called(one), caregivers: one.caregivers.map(called) })) };
  }

  /** A new client, or a new caregiver of one. */
  #enlist(person: string, act: string | undefined, body: unknown): Answered {
    const { name, relationship, phone } = body as { name: string; relationship: string; phone?: string | null };
    const enlisted = { person: newId(), account: newId(), name };
    const refused = this.#phones.answer('PUT', enlisted.person, { number: phone ?? null });
    if (refused.status !== 200) return refused;
    if (act === 'caregivers') {
      const client = this.clients.find((one) => one.person === person);
      if (client === undefined) return bad(404, 'not_found');
      client.caregivers = [...client.caregivers, { ...enlisted, relationship, here: false, consents: [], represents: [] }];
      return good({ ...enlisted, role: 'caregiver' });
    }
    const { dana } = people;
    const staff = [{ person: dana.person, account: dana.account, name: dana.name, role: dana.role }];
    this.clients = [...this.clients, { ...enlisted, here: false, staff, handing_over: [], caregivers: [], circles: [] }];
    return good({ ...enlisted, role: 'client' });
  }

  #acting({ caregiver: person, basis, evidence, until }: RecordRepresentation): Answered {
    const caregiver = this.#caregivers().find((one) => one.person === person);
    if (caregiver === undefined) return bad(404, 'not_found');
    const acts: Representation = {
      id: newId(), basis, evidence, from: this.#nowUs, until: until ?? null, ended_at: null, recorded_by: people.dana.account,
    };
    caregiver.represents = [acts, ...caregiver.represents];
    return good(acts);
  }

  #ended(id: string): Answered {
    const caregivers = this.#caregivers();
    for (const one of caregivers) {
      one.represents = one.represents.map((acts) => (acts.id === id ? { ...acts, ended_at: this.#nowUs } : acts));
    }
    return good(caregivers.flatMap(({ represents }) => represents).find((acts) => acts.id === id));
  }

  #name(id: string, { account }: { account: string }): Answered {
    const circle = this.clients[0]?.circles.find((one) => one.id === id);
    if (circle === undefined) return bad(404, 'not_found');
    circle.members = [...circle.members, account];
    return good({});
  }

  #consent(id: string, body: RecordConsent): Answered {
    const ana = this.clients[0]?.caregivers[0];
    if (ana === undefined) return bad(404, 'not_found');
    if (id !== '') {
      ana.consents = ana.consents.map((one) => (one.id === id ? { ...one, withdrawn_at: this.#nowUs } : one));
      return good(ana.consents.find((one) => one.id === id));
    }
    const { basis, note, until, appointments, reminders = false } = body;
    const consent: Consent = {
      id: newId(), basis, from: this.#nowUs, until: until ?? null, withdrawn_at: null, messages_in: [],
      appointments, reminders, recorded_by: people.dana.account, note,
    };
    ana.consents = [consent, ...ana.consents];
    return good(consent);
  }

  #caregivers(): People['clients'][number]['caregivers'] {
    return this.clients.flatMap(({ caregivers }) => caregivers);
  }
}
