// How a person wants to be told things by mail: where, in which language and zone, how much, whether
// to be reminded. Kept by the server; the person's own, or a client's as staff see it.
import type { AddressStanding, AddressState, Api, Disclosure, Preferences, SafeHours } from '../platform/api';

export const DISCLOSURES: readonly Disclosure[] = ['update', 'times', 'details'];

/** Whether mails come only between two times of a day, as `<input type="time">` has them: midnight ends it as "00:00". */
export interface SafeTimes {
  only: boolean;
  from: string;
  until: string;
}

const DAY_MINUTES = 1_440;
const SAFE_MINUTES_MIN = 120;
/** What somebody who never chose begins with. */
const ORDINARY = { from: '09:00', until: '17:00' };

export class MailPreferences {
  /** As the server has it; null until read. */
  saved = $state.raw<Preferences | null>(null);
  /** As it is being written. */
  draft = $state<Preferences | null>(null);
  safe = $state<SafeTimes>({ only: false, ...ORDINARY });
  /** Whether mails reach the address that the server has; null until read. */
  address = $state.raw<AddressStanding | null>(null);
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
    await this.#look();
  }

  /** Has a mail ask once more whether the address is theirs; the code of the refusal, or null when done. */
  async askAddress(): Promise<string | null> {
    this.busy = true;
    const answer = await this.#api.askAddress(this.person);
    this.busy = false;
    if (!answer.ok) return answer.code;
    this.address = answer.body;
    return null;
  }

  /** Whether anything is written that the server does not have yet. */
  get changed(): boolean {
    return JSON.stringify(this.#wanted()) !== JSON.stringify(this.saved);
  }

  /**
   * Saves; the code of the refusal, `safe_hours` for hours that are none, or null when done. What is written while the
   * server takes its time stays as it is written, and is still to be saved.
   */
  async save(): Promise<string | null> {
    const wanted = this.#wanted();
    if (wanted === null) return null;
    const { safe_hours: safe } = wanted;
    if (safe && !(safe.until - safe.from >= SAFE_MINUTES_MIN)) return 'safe_hours';
    this.busy = true;
    const answer = await this.#api.savePreferences(this.person, wanted);
    this.busy = false;
    if (!answer.ok) return answer.code;
    if (JSON.stringify(this.#wanted()) === JSON.stringify(wanted)) this.#take(answer.body);
    else this.saved = ordered(answer.body);
    await this.#look();
    return null;
  }

  /** Forgets what is written since. */
  reset(): void {
    if (this.saved !== null) this.#take(this.saved);
  }

  #take(preferences: Preferences): void {
    this.saved = ordered(preferences);
    this.draft = { ...this.saved };
    this.safe = shown(preferences.safe_hours);
  }

  async #look(): Promise<void> {
    const answer = await this.#api.address(this.person);
    if (answer.ok) this.address = answer.body;
  }

  #wanted(): Preferences | null {
    if (this.draft === null) return null;
    const { email, zone } = this.draft;
    const trimmed = email?.trim() ?? '';
    const safe_hours = this.safe.only ? written(this.safe) : null;
    return ordered({ ...this.draft, zone: zone.trim(), email: trimmed === '' ? null : trimmed, safe_hours });
  }
}

/** Whether there is an address, and nothing that is sent to it comes to its person. */
export function takesNoMail(state: AddressState): boolean {
  return state === 'unconfirmed' || state === 'refused' || state === 'disowned';
}

/** The same words in the same order, so that two can be compared. */
function ordered(preferences: Preferences): Preferences {
  const { language, zone, email, disclosure, reminders, calendar_file, unread_mail, safe_hours } = preferences;
  const confirmed_reminders = preferences.confirmed_reminders ?? false;
  const safe = safe_hours ? { from: safe_hours.from, until: safe_hours.until } : null;
  return {
    language, zone, email: email ?? null, disclosure, reminders, confirmed_reminders, calendar_file, unread_mail,
    safe_hours: safe,
  };
}

function shown(hours: SafeHours | null | undefined): SafeTimes {
  const clock = (minute: number): string =>
    [Math.floor(minute / 60) % 24, minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return hours ? { only: true, from: clock(hours.from), until: clock(hours.until) } : { only: false, ...ORDINARY };
}

function written({ from, until }: SafeTimes): SafeHours {
  const minute = (clock: string): number => {
    const [hours = NaN, minutes = NaN] = clock.split(':').map(Number);
    return hours * 60 + minutes;
  };
  return { from: minute(from), until: until === '00:00' ? DAY_MINUTES : minute(until) };
}
