// A double of how people want to be told things: kept in memory. Everybody begins as the client of the story does, with
// an address that is confirmed until it changes.
import type { Preferences } from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import { localTime } from './clock';

const HERE = 'America/Chicago';
const FIRST: Preferences = {
  language: 'en', zone: HERE, email: 'maria.sample@example.org', disclosure: 'times',
  reminders: true, confirmed_reminders: false, calendar_file: true, unread_mail: true, safe_hours: null,
};
const ASKED_MAX = 3;

export class PreferencesDouble {
  /** From whose addresses mails come back. */
  readonly refusing = new Set<string>();
  readonly #kept = new Map<string, Preferences>();
  /** How often the mail that confirms a changed address was asked for again. */
  readonly #asked = new Map<string, number>();
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  answer(method: string, person: string, body: Preferences): Answered {
    if (method === 'PUT') {
      if (body.zone.includes('Nowhere')) return bad(400, 'zone_unknown');
      if (this.of(person).email !== body.email) this.#asked.set(person, 0);
      this.#kept.set(person, body);
    }
    return good(this.of(person));
  }

  address(method: string, person: string): Answered {
    if (this.refusing.has(person)) {
      if (method !== 'POST') return good({ state: 'refused', may_ask: true });
      this.refusing.delete(person);
      this.#asked.set(person, -1);
    }
    const asked = this.#asked.get(person);
    if (asked === undefined) return good({ state: 'confirmed', may_ask: false });
    if (method === 'POST' && asked >= ASKED_MAX) return bad(429, 'rate_limited');
    if (method === 'POST') this.#asked.set(person, asked + 1);
    const again = this.#asked.get(person) ?? 0;
    return good({ state: 'unconfirmed', asked_at: localTime(this.#nowMs, HERE), may_ask: again < ASKED_MAX });
  }

  /** What a person wants. */
  of(person: string): Preferences {
    return this.#kept.get(person) ?? FIRST;
  }
}
