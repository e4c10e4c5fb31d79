// Using a recovery code on a new device: what was typed, whether it can be one, and what came of it.
import type { Client } from '../core/client';
import type { Event } from '../core/types.gen';

/** Characters of a code without its spaces and hyphens: 128 bits, five to a character. */
export const CODE_LENGTH = 26;

export type Refusal =
  | { kind: 'length'; count: number }
  /** Something that stands in no code. */
  | { kind: 'sign'; sign: string }
  /** The device's or the server's word. */
  | { kind: 'code'; code: string };

/** A code as typed, without what does not matter. */
export function plainCode(text: string): string {
  // Also the long hyphens that phones put in by themselves.
  return text.replaceAll(/[\s\p{Pd}.,_]+/gu, '').toUpperCase();
}

/** Why a text cannot be a code, or null if it can. */
export function misread(text: string): Refusal | null {
  const plain = plainCode(text);
  const sign = /[^A-Z0-9]/u.exec(plain)?.[0];
  if (sign !== undefined) return { kind: 'sign', sign };
  const count = plain.length;
  return count === CODE_LENGTH ? null : { kind: 'length', count };
}

export class Recovery {
  text = $state('');
  busy = $state(false);
  refused = $state.raw<Refusal | null>(null);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Tries the code. Once it has opened the keys, the device is someone's and this is over. */
  async use(): Promise<void> {
    this.refused = misread(this.text);
    if (this.refused !== null || this.busy) return;
    this.busy = true;
    const code = plainCode(this.text);
    const reply = await this.#client.ask({ kind: 'command', command: { kind: 'recover', code } });
    if (reply.kind === 'refused') this.#fail(reply.code);
  }

  hear(event: Event): void {
    if (event.kind === 'problem' && this.busy) this.#fail(event.code);
  }

  #fail(code: string): void {
    this.busy = false;
    this.refused = { kind: 'code', code };
  }
}
