// The settings' view of how somebody signs in: what there is, and what may be added or taken away once they
// have shown that it is still them.
import type { Answer } from '../platform/api';
import type { Passkeys } from '../platform/passkeys';
import type { StartPasswords } from '../platform/passwords';
import { Passkey } from './passkey.svelte';
import { Password } from './password.svelte';
import type { Around } from './signing';

export class WaysIn {
  readonly passkey: Passkey;
  readonly password: Password;
  /** What is being made. */
  making = $state.raw<'password' | 'code_app' | null>(null);
  /** They must show again that it is them; answers once they did, or would not. */
  asking = $state.raw<((shown: boolean) => void) | null>(null);

  constructor(around: Around, passkeys: Passkeys, start: StartPasswords, server: string) {
    const stepUp = (): Promise<Answer<unknown> | null> => this.#ask();
    this.passkey = new Passkey(around, passkeys, stepUp);
    this.password = new Password(around, start, server, stepUp);
  }

  get login(): string | null {
    return this.passkey.cards?.find((card) => card.kind === 'password')?.login ?? null;
  }

  has(kind: 'passkey' | 'password' | 'totp'): boolean {
    return this.passkey.cards?.some((card) => card.kind === kind) ?? false;
  }

  /** Shows the list as it is now, and nothing that is being made. */
  async done(): Promise<void> {
    this.making = null;
    await this.passkey.read();
  }

  async #ask(): Promise<Answer<unknown> | null> {
    const shown = await new Promise<boolean>((resolve) => (this.asking = resolve));
    this.asking = null;
    return shown ? { ok: true, body: null } : null;
  }
}
