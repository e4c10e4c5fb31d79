// How a person wants to be told things by mail: where, in which language and zone, how much, whether
// to be reminded. Kept by the server; the person's own, or a client's as staff see it.
import type { Api, Disclosure, Preferences } from '../platform/api';

export const DISCLOSURES: readonly Disclosure[] = ['update', 'times', 'details'];

export class MailPreferences {
  /** As the server has it; null until read. */
  saved = $state.raw<Preferences | null>(null);
  /** As it is being written. */
  draft = $state<Preferences | null>(null);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  busy = $state(false);
  readonly person: string;
  readonly #api: Api;

  constructor(api: Api, person: string) {
    this.#api = api;
    this.person = person;
  }

  async load(): Promise<void> {
    const answer = await this.#api.preferences(this.person);
    if (answer.ok) this.#take(answer.body);
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Whether anything is written that the server does not have yet. */
  get changed(): boolean {
    return JSON.stringify(this.#wanted()) !== JSON.stringify(this.saved);
  }

  /** Saves; the code of the refusal, or null when done. */
  async save(): Promise<string | null> {
    const wanted = this.#wanted();
    if (wanted === null) return null;
    this.busy = true;
    const answer = await this.#api.savePreferences(this.person, wanted);
    this.busy = false;
    if (!answer.ok) return answer.code;
    this.#take(answer.body);
    return null;
  }

  /** Forgets what is written since. */
  reset(): void {
    if (this.saved !== null) this.draft = { ...this.saved };
  }

  #take(preferences: Preferences): void {
    this.saved = ordered(preferences);
    this.draft = { ...this.saved };
  }

  #wanted(): Preferences | null {
    if (this.draft === null) return null;
    const { email, zone } = this.draft;
    const trimmed = email?.trim() ?? '';
    return ordered({ ...this.draft, zone: zone.trim(), email: trimmed === '' ? null : trimmed });
  }
}

/** The same words in the same order, so that two can be compared. */
function ordered(preferences: Preferences): Preferences {
  const { language, zone, email, disclosure, reminders, calendar_file, unread_mail } = preferences;
  return { language, zone, email: email ?? null, disclosure, reminders, calendar_file, unread_mail };
}
