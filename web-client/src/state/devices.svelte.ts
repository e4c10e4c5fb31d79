// A person's own devices and the ways back to their keys: what the device told last, what is under
// way, and what came of it. Secrets that are shown once (the link, the code) live here until they are
// put away.
import type { Client } from '../core/client';
import type { Backup, Command, DeviceView, DevicesView, Event } from '../core/types.gen';

export type Act = 'add' | 'approve' | 'decline' | 'revoke' | 'stolen' | 'code';

export interface Outcome {
  act: Act;
  /** Why not; null when done. */
  refused: string | null;
}

export interface ShownLink {
  link: string;
  expiresMs: number;
}

export class Devices {
  /** Null until the device told. */
  view = $state.raw<DevicesView | null>(null);
  link = $state.raw<ShownLink | null>(null);
  code = $state.raw<string | null>(null);
  /** What was asked for and is not done yet. */
  busy = $state.raw<Act | null>(null);
  /** What came of the last act. */
  outcome = $state.raw<Outcome | null>(null);
  /** The device that is being signed out. */
  #leaving: string | null = null;
  /** The last act once more. */
  #last: () => Promise<void> = () => Promise.resolve();
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Begins to let a new device in: its link comes as an event. */
  add(): Promise<void> {
    this.link = null;
    return this.#ask('add', { kind: 'add_device' });
  }

  approve(): Promise<void> {
    return this.#ask('approve', { kind: 'approve_device' });
  }

  decline(): Promise<void> {
    return this.#ask('decline', { kind: 'decline_device' });
  }

  revoke({ device }: DeviceView): Promise<void> {
    this.#leaving = device;
    return this.#ask('revoke', { kind: 'revoke_device', device });
  }

  stolen({ device }: DeviceView): Promise<void> {
    this.#leaving = device;
    return this.#ask('stolen', { kind: 'report_stolen', device });
  }

  makeCode(): Promise<void> {
    this.code = null;
    return this.#ask('code', { kind: 'make_recovery_code' });
  }

  /** Whether the last of these acts was refused because nobody has shown lately that it is them. */
  asksFirst(...acts: Act[]): boolean {
    return this.outcome?.refused === 'step_up_required' && acts.includes(this.outcome.act);
  }

  /** Does it again: somebody has shown now that it is them. */
  again(): Promise<void> {
    return this.#last();
  }

  /** The code was written down: it is not shown again. */
  putCodeAway(): void {
    this.code = null;
  }

  /** Nobody adds a device any more. */
  putLinkAway(): void {
    this.link = null;
    this.outcome = null;
  }

  /** The person leaves: nothing secret stays behind for whoever comes next. */
  forget(): void {
    this.putCodeAway();
    this.putLinkAway();
  }

  /** Takes an event; whether it was the answer to what was asked here. */
  hear(event: Event): boolean {
    switch (event.kind) {
      case 'devices':
        this.#see(event.devices);
        return true;
      case 'device_link':
        this.link = { link: event.link, expiresMs: event.expires_ms };
        this.#settle('add');
        return true;
      case 'recovery_code':
        this.code = event.code;
        this.#settle('code');
        return true;
      case 'problem':
        return (event.circle ?? null) === null && this.#fail(event.code);
      default:
        return false;
    }
  }

  #see(view: DevicesView): void {
    const asked = (this.view?.waiting ?? null) !== null;
    const asks = (view.waiting ?? null) !== null;
    this.view = view;
    // The link was used: nobody shall scan it a second time.
    if (asks) this.link = null;
    if (asked && !asks) {
      this.#settle('approve');
      this.#settle('decline');
    }
    if (!view.devices.some(({ device }) => device === this.#leaving)) {
      this.#settle('revoke');
      this.#settle('stolen');
    }
  }

  async #ask(act: Act, command: Command): Promise<void> {
    this.#last = () => this.#ask(act, command);
    this.busy = act;
    this.outcome = null;
    const reply = await this.#client.ask({ kind: 'command', command });
    if (reply.kind === 'refused') this.#fail(reply.code);
  }

  #settle(act: Act): void {
    if (this.busy !== act) return;
    this.busy = null;
    this.outcome = { act, refused: null };
  }

  #fail(refused: string): boolean {
    if (this.busy === null) return false;
    this.outcome = { act: this.busy, refused };
    this.busy = null;
    return true;
  }
}

/** How a person would come back after losing this device. */
export type WaysBack = 'none' | 'code' | 'sibling' | 'unproven' | 'safe';

export function waysBack({ code, siblings, safe }: Backup): WaysBack {
  if (safe) return 'safe';
  const ways = (code ? 1 : 0) + siblings;
  if (ways > 1) return 'unproven';
  if (ways === 0) return 'none';
  return code ? 'code' : 'sibling';
}

/** The whole link to a new device, as it is scanned or copied. */
export function wholeLink({ link }: ShownLink, origin: string): string {
  return `${origin}/#${link}`;
}

/** A recovery code in its groups, as it is read aloud. */
export function groups(code: string): string[] {
  const parts = code.split(/[\s-]+/).filter((part) => part !== '');
  return parts.length > 1 ? parts : (code.match(/.{1,4}/g) ?? []);
}
