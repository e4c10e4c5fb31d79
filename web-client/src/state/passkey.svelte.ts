// By what a person signs in: make a passkey, show it, list what there is. One thing at a time.
import type { Event } from '../core/types.gen';
import type { Api, Answer, AuthenticatorCard } from '../platform/api';
import { base64url, type Passkeys } from '../platform/passkeys';
import type { Client } from '../core/client';

type Signed = Extract<Event, { kind: 'sign_in_signed' }>;

/** What a passkey's page needs of the app. */
export interface Around {
  readonly api: Api;
  readonly client: Client;
  listen(listener: (event: Event) => void): () => void;
}

export type Trying =
  | { kind: 'idle' }
  | { kind: 'busy' }
  /** The person pressed it away, or the device has none. */
  | { kind: 'none' }
  | { kind: 'failed'; code: string };

export class Passkey {
  trying = $state.raw<Trying>({ kind: 'idle' });
  /** Null until they came. */
  cards = $state.raw<AuthenticatorCard[] | null>(null);
  /** Others use this device too. */
  shared = $state(false);
  readonly #around: Around;
  readonly #passkeys: Passkeys;

  constructor(around: Around, passkeys: Passkeys) {
    this.#around = around;
    this.#passkeys = passkeys;
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
      // The cookie is another one now: the device goes online with it.
      await this.#around.client.ask({ kind: 'command', command: { kind: 'sign_in' } });
      if (this.cards !== null) await this.read();
    }
  }

  async #fresh(what: () => Promise<Answer<unknown> | null>): Promise<Answer<unknown> | null> {
    const answer = await what();
    if (answer === null || answer.ok || answer.code !== 'step_up_required') return answer;
    const shown = await this.#show();
    return shown?.ok === true ? what() : shown;
  }

  async #make(): Promise<Answer<unknown> | null> {
    const { api } = this.#around;
    const asked = await api.askNewPasskey();
    if (!asked.ok) return asked;
    const credential = await this.#passkeys.make(asked.body.options);
    if (credential === null) return null;
    return api.registerPasskey({ ceremony: asked.body.ceremony, credential });
  }

  async #show(): Promise<Answer<unknown> | null> {
    const { api } = this.#around;
    const asked = await api.askPasskey();
    if (!asked.ok) return asked;
    const { ceremony, options } = asked.body;
    const credential = await this.#passkeys.show(options);
    if (credential === null) return null;
    const signed = await this.#sign(ceremony);
    if (signed === null) return { ok: false, code: 'not_stored' };
    return api.signInByPasskey({
      ceremony,
      credential,
      device: signed.device,
      nonce: base64url(signed.nonce),
      signature: base64url(signed.signature),
      shared: this.shared,
    });
  }

  /** This device's signature, by which the session becomes its own. */
  #sign(ceremony: string): Promise<Signed | null> {
    const binary = atob(ceremony.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return new Promise((resolve) => {
      const stop = this.#around.listen((event) => {
        if (event.kind !== 'sign_in_signed') return;
        stop();
        resolve(event);
      });
      const command = { kind: 'sign_sign_in', ceremony: bytes } as const;
      void this.#around.client.ask({ kind: 'command', command }).then((reply) => {
        if (reply.kind !== 'refused') return;
        stop();
        resolve(null);
      });
    });
  }
}
