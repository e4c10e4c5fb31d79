// By what a person signs in: make a passkey, show it, list what there is. One thing at a time.
import type { Answer, AuthenticatorCard } from '../platform/api';
import type { Passkeys } from '../platform/passkeys';
import { fromBase64url, goOnline, sign, type Around, type Trying } from './signing';

/** Lets whoever is there show that it is still them; null if they pressed it away. */
export type StepUp = () => Promise<Answer<unknown> | null>;

export class Passkey {
  trying = $state.raw<Trying>({ kind: 'idle' });
  /** Null until they came. */
  cards = $state.raw<AuthenticatorCard[] | null>(null);
  /** Others use this device too. */
  shared = $state(false);
  readonly #around: Around;
  readonly #passkeys: Passkeys;
  readonly #stepUp: StepUp;

  /** Without `stepUp` a passkey is asked for where the last one was shown too long ago. */
  constructor(around: Around, passkeys: Passkeys, stepUp?: StepUp) {
    this.#around = around;
    this.#passkeys = passkeys;
    this.#stepUp = stepUp ?? (() => this.#show());
  }

  get known(): boolean {
    return this.#passkeys.known;
  }

  async read(): Promise<void> {
    const answer = await this.#around.api.authenticators();
    if (answer.ok) this.cards = answer.body.authenticators;
    else this.trying = { kind: 'failed', code: answer.code };
  }

  /** Makes a passkey; where the last one was shown too long ago, that one is asked for first. */
  make(): Promise<void> {
    return this.#try(() => this.#fresh(() => this.#make()));
  }

  /** Signs in by a passkey. */
  show(): Promise<void> {
    return this.#try(() => this.#show());
  }

  /** Takes one away. */
  end(id: string): Promise<void> {
    return this.#try(() => this.#fresh(() => this.#around.api.endAuthenticator(id)));
  }

  async #try(what: () => Promise<Answer<unknown> | null>): Promise<void> {
    if (this.trying.kind === 'busy') return;
    this.trying = { kind: 'busy' };
    const answer = await what();
    if (answer === null) this.trying = { kind: 'none' };
    else if (!answer.ok) this.trying = { kind: 'failed', code: answer.code };
    else {
      this.trying = { kind: 'idle' };
      await goOnline(this.#around);
      if (this.cards !== null) await this.read();
    }
  }

  async #fresh(what: () => Promise<Answer<unknown> | null>): Promise<Answer<unknown> | null> {
    const answer = await what();
    if (answer === null || answer.ok || answer.code !== 'step_up_required') return answer;
    const shown = await this.#stepUp();
    return shown?.ok === true ? what() : shown;
  }

  async #make(): Promise<Answer<unknown> | null> {
    const { api } = this.#around;
    const asked = await api.askNewPasskey();
    if (!asked.ok) return asked;
    const credential = await this.#passkeys.make(asked.body.options);
    if (credential === null) return null;
    return api.registerPasskey({ ceremony: asked.body.ceremony, credential, shared: this.shared });
  }

  async #show(): Promise<Answer<unknown> | null> {
    const { api } = this.#around;
    const asked = await api.askPasskey();
    if (!asked.ok) return asked;
    const { ceremony, options } = asked.body;
    const credential = await this.#passkeys.show(options);
    if (credential === null) return null;
    const signed = await sign(this.#around, fromBase64url(ceremony));
    if (signed === null) return { ok: false, code: 'not_stored' };
    return api.signInByPasskey({ ceremony, credential, ...signed, shared: this.shared });
  }
}
