// One person's invitation as the page of whoever invites shows it: what the device told last, what is under
// way, and what came of it. The device keeps all of it: a page that is opened again goes on where it was.
import type { Client } from '../core/client';
import type { Command, Event, IntakeView } from '../core/types.gen';
import type { Language } from '../i18n/texts.svelte';

export type Act = 'make' | 'mail' | 'confirm' | 'let_in' | 'end';

export type Stage =
  /** The device has not told yet. */
  | { kind: 'loading' }
  /** There is no invitation that somebody could use; `turnedAway`: one was just ended here. */
  | { kind: 'before'; over: boolean }
  /** Nobody has used it yet. */
  | { kind: 'link'; link: string; code: string; untilMs: number }
  /** Nobody has used it yet; its link left by mail. */
  | { kind: 'mailed'; untilMs: number }
  /** Another device of this person's, or a colleague's, made it. */
  | { kind: 'elsewhere'; came: boolean }
  /** Somebody came: are the digits the same? */
  | { kind: 'compare'; digits: string; untilMs: number }
  /** Too long ago to have been seen in person; or by a mail, which nobody sees in person. */
  | { kind: 'late'; mailed: boolean }
  /** What came is not what the invitation's secret says. */
  | { kind: 'forged' }
  | { kind: 'done'; verified: boolean };

export class Intake {
  view = $state.raw<IntakeView | null>(null);
  busy = $state.raw<Act | null>(null);
  /** The code of the last refusal. */
  refused = $state<string | null>(null);
  /** The digits differed, and whoever came was turned away. */
  turnedAway = $state(false);
  readonly #client: Client;
  #person: string | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Shows a person's invitation from now on. */
  async open(person: string): Promise<void> {
    this.#person = person;
    this.view = null;
    this.busy = null;
    this.refused = null;
    this.turnedAway = false;
    await this.#client.ask({ kind: 'command', command: { kind: 'watch_intake', person } });
  }

  /** The page is left. */
  async close(person: string): Promise<void> {
    if (this.#person !== person) return;
    this.#person = null;
    await this.#client.ask({ kind: 'command', command: { kind: 'watch_intake', person: null } });
  }

  make(account: string): Promise<void> {
    this.turnedAway = false;
    return this.#do('make', (person) => ({ kind: 'invite_person', person, account }));
  }

  /** To somebody who is not here: the server mails the link. */
  mail(account: string, email: string, language: Language): Promise<void> {
    this.turnedAway = false;
    return this.#do('mail', (person) => ({ kind: 'mail_invitation', person, account, email, language }));
  }

  /** Both screens show the same digits. */
  confirm(): Promise<void> {
    return this.#do('confirm', (person) => ({ kind: 'confirm_person', person, in_person: true }));
  }

  /** Without having compared. */
  letIn(): Promise<void> {
    return this.#do('let_in', (person) => ({ kind: 'confirm_person', person, in_person: false }));
  }

  end(): Promise<void> {
    return this.#do('end', (person) => ({ kind: 'end_intake', person }));
  }

  /** Takes an event; whether it was the answer to what was asked here. */
  hear(event: Event): boolean {
    if (event.kind === 'intake' && event.intake.person === this.#person) {
      const came = this.view?.state === 'arrived';
      if (this.busy === 'end' && event.intake.state === 'over') this.turnedAway = came;
      this.view = event.intake;
      this.busy = null;
      return true;
    }
    if (event.kind !== 'problem' || (event.circle ?? null) !== null || this.busy === null) return false;
    this.#fail(event.code);
    return true;
  }

  async #do(act: Act, command: (person: string) => Command): Promise<void> {
    const person = this.#person;
    if (person === null || this.busy !== null) return;
    this.busy = act;
    this.refused = null;
    const reply = await this.#client.ask({ kind: 'command', command: command(person) });
    // By then the page may be somebody else's.
    if (reply.kind === 'refused' && this.#person === person) this.#fail(reply.code);
  }

  #fail(code: string): void {
    this.refused = code;
    this.busy = null;
  }
}

/** Where an invitation stands at a moment. */
export function stageOf(view: IntakeView | null, nowMs: number): Stage {
  if (view === null) return { kind: 'loading' };
  const { state, link, code, expires_ms: expires, digits, until_ms: until } = view;
  switch (state) {
    case 'verified':
    case 'let_in':
      return { kind: 'done', verified: state === 'verified' };
    case 'arrived':
      if (view.forged) return { kind: 'forged' };
      if (view.elsewhere) return { kind: 'elsewhere', came: true };
      if (digits && until && nowMs <= until) return { kind: 'compare', digits, untilMs: until };
      return { kind: 'late', mailed: view.mailed };
    case 'open':
      if (expires && nowMs > expires) return { kind: 'before', over: true };
      if (view.mailed) return { kind: 'mailed', untilMs: expires ?? 0 };
      if (link && code) return { kind: 'link', link, code, untilMs: expires ?? 0 };
      return { kind: 'elsewhere', came: false };
    default:
      return { kind: 'before', over: state === 'over' };
  }
}

/** The digits of a code in groups of five, as they are read aloud. */
export function spelled(code: string): string {
  return code.split('-').map((part) => [...part].join(' ')).join(', ');
}
