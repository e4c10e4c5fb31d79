// By which number a person is called. Kept by the server; the person's own, or a client's or caregiver's as
// staff see it.
import type { Api } from '../platform/api';

export const PHONE_CHARS_MAX = 40;

export class PhoneNumber {
  /** As the server has it; null until read. */
  saved = $state<string | null>(null);
  /** As it is being written. */
  draft = $state('');
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  busy = $state(false);
  readonly person: string;
  readonly #api: Api;

  constructor(api: Api, person: string) {
    this.#api = api;
    this.person = person;
  }

  async load(): Promise<void> {
    const answer = await this.#api.phone(this.person);
    if (answer.ok) this.#take(answer.body.number ?? '');
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /**
   * Saves it, or takes it away if it is empty; the code of the refusal, or null when done. What is written while the
   * server takes its time stays.
   */
  async save(): Promise<string | null> {
    this.busy = true;
    const wanted = this.draft;
    const answer = await this.#api.savePhone(this.person, { number: given(wanted) });
    this.busy = false;
    if (!answer.ok) return answer.code;
    const number = answer.body.number ?? '';
    if (this.draft === wanted) this.#take(number);
    else this.saved = number;
    return null;
  }

  #take(number: string): void {
    this.saved = number;
    this.draft = number;
  }
}

/** What somebody typed, or null if that is nothing. */
export function given(typed: string): string | null {
  const trimmed = typed.trim();
  return trimmed === '' ? null : trimmed;
}

/** What a device dials (RFC 3966): the digits, and a `+` before them where the country is named. */
export function dialled(number: string): string {
  return `tel:${number.replaceAll(/[^+\d]/g, '')}`;
}
