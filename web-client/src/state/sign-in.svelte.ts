// From a link to an enrolled device: look at the link, show whom it is for, make the keys. A link from
// a person's first device begins at once: then digits are compared there.
import type { Client } from '../core/client';
import type { Event, Role } from '../core/types.gen';

export type Progress =
  /** No link: nothing to do here. */
  | { kind: 'no_link' }
  | { kind: 'looking' }
  | { kind: 'found'; name: string; role: Role; agency: string }
  | { kind: 'enrolling' }
  /** These six digits must stand on the person's first device too. */
  | { kind: 'comparing'; code: string }
  | { kind: 'failed'; code: string; again: boolean };

/** Codes after which the same link may still work. */
const TRANSIENT = new Set(['busy', 'internal', 'rate_limited', 'not_stored', 'unreachable', 'shutting_down']);

export class SignIn {
  progress = $state.raw<Progress>({ kind: 'no_link' });
  readonly #client: Client;
  #link = '';
  #step: 'open_link' | 'enrol' = 'open_link';
  /** This device came by an invitation and waits to be confirmed. */
  #awaited = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Looks at a link; it is remembered only here. */
  async look(link: string): Promise<void> {
    this.#link = link;
    this.#step = 'open_link';
    this.progress = { kind: 'looking' };
    await this.#ask();
  }

  /** Makes this device's keys and signs in. */
  async enrol(): Promise<void> {
    this.#step = 'enrol';
    this.progress = { kind: 'enrolling' };
    await this.#ask();
  }

  /** What was looked at is put away. */
  forget(): void {
    this.#link = '';
    this.progress = { kind: 'no_link' };
  }

  /** Does the last step again. */
  again(): Promise<void> {
    return this.#step === 'enrol' ? this.enrol() : this.look(this.#link);
  }

  hear(event: Event): void {
    const busy = ['looking', 'enrolling', 'comparing'].includes(this.progress.kind);
    if (event.kind === 'invitation') {
      const { name, role, agency } = event;
      this.progress = { kind: 'found', name, role, agency };
    } else if (event.kind === 'enrolment') {
      this.progress = { kind: 'comparing', code: event.code };
    } else if (event.kind === 'problem' && busy) {
      this.#fail(event.code);
    } else if (event.kind === 'status' && this.#awaited && (event.status.me ?? null) === null) {
      this.#awaited = false;
      this.#fail('turned_away');
    } else if (event.kind === 'status' && event.status.me !== null && event.status.me !== undefined) {
      this.#link = '';
      this.#awaited = (event.status.awaits ?? null) !== null;
      this.progress = { kind: 'no_link' };
    }
  }

  async #ask(): Promise<void> {
    const command =
      this.#step === 'enrol'
        ? ({ kind: 'enrol' } as const)
        : ({ kind: 'open_link', link: this.#link } as const);
    const reply = await this.#client.ask({ kind: 'command', command });
    if (reply.kind === 'refused') this.#fail(reply.code);
  }

  #fail(code: string): void {
    this.progress = { kind: 'failed', code, again: TRANSIENT.has(code) };
  }
}
