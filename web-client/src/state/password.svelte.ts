// A password and the code that may follow it: shown to come in, or made in the settings. The password goes
// to a worker of its own and is never kept here.
import type { Answer, CodeAppAsked, PasswordShown } from '../platform/api';
import { base64url } from '../platform/passkeys';
import { nameOf, type PasswordEngine, type StartPasswords } from '../platform/passwords';
import type { StepUp } from './passkey.svelte';
import { fromBase64url, goOnline, sign, type Around, type Trying } from './signing';

type Outcome<Body> = Answer<Body> | null;

export class Password {
  trying = $state.raw<Trying>({ kind: 'idle' });
  /** The password was right, and a code (or a passkey) must follow. */
  awaitsCode = $state(false);
  /** A code app that was begun and has shown no code yet. */
  app = $state.raw<CodeAppAsked | null>(null);
  /** Others use this device too. */
  shared = $state(false);
  readonly #around: Around;
  readonly #start: StartPasswords;
  readonly #server: string;
  readonly #stepUp: StepUp;

  /** `server` is what devices call the server: the page's own host. */
  constructor(around: Around, start: StartPasswords, server: string, stepUp?: StepUp) {
    this.#around = around;
    this.#start = start;
    this.#server = server;
    this.#stepUp = stepUp ?? (() => Promise.resolve(null));
  }

  /** Signs in by a password; true once nothing more is needed. */
  async show(login: string, password: string): Promise<boolean> {
    const shown = await this.#try(() => this.#with((engine) => this.#show(engine, login, password)));
    if (shown === null) return false;
    this.awaitsCode = shown.second_factor;
    if (!shown.second_factor) await goOnline(this.#around);
    return !shown.second_factor;
  }

  /** What the code app shows, after the password. */
  async code(code: string): Promise<boolean> {
    const signed = await this.#try(() => this.#around.api.signInByCode(code));
    if (signed === null) {
      // Too long since the password: it is asked for again.
      if (this.trying.kind === 'failed' && this.trying.code === 'ceremony_gone') this.awaitsCode = false;
      return false;
    }
    this.awaitsCode = false;
    await goOnline(this.#around);
    return true;
  }

  /** Makes the password, or another in its place; null if that failed. */
  async choose(login: string, password: string): Promise<PasswordShown | null> {
    const make = (): Promise<Outcome<PasswordShown>> =>
      this.#with((engine) => this.#choose(engine, login, password));
    const shown = await this.#try(() => this.#fresh(make));
    if (shown !== null && !shown.second_factor) await goOnline(this.#around);
    return shown;
  }

  /** Begins a code app. */
  async askCodeApp(): Promise<void> {
    this.app = await this.#try(() => this.#fresh(() => this.#around.api.askNewCodeApp()));
  }

  /** The code app shows this. True once it is added. */
  async addCodeApp(code: string): Promise<boolean> {
    if (this.app === null) return false;
    const { ceremony } = this.app;
    const shown = await this.#try(() => this.#around.api.registerCodeApp({ ceremony, code }));
    if (shown === null) {
      if (this.trying.kind === 'failed' && this.trying.code === 'ceremony_gone') this.app = null;
      return false;
    }
    this.app = null;
    if (!shown.second_factor) await goOnline(this.#around);
    return true;
  }

  async #try<Body>(what: () => Promise<Outcome<Body>>): Promise<Body | null> {
    if (this.trying.kind === 'busy') return null;
    this.trying = { kind: 'busy' };
    const answer = await what();
    if (answer === null) this.trying = { kind: 'none' };
    else if (!answer.ok) this.trying = { kind: 'failed', code: answer.code };
    else {
      this.trying = { kind: 'idle' };
      return answer.body;
    }
    return null;
  }

  async #fresh<Body>(what: () => Promise<Outcome<Body>>): Promise<Outcome<Body>> {
    const answer = await what();
    if (answer === null || answer.ok || answer.code !== 'step_up_required') return answer;
    const shown = await this.#stepUp();
    return shown?.ok === true ? what() : null;
  }

  /** One engine for one password; what it throws is why it did not go on. */
  async #with<Body>(what: (engine: PasswordEngine) => Promise<Outcome<Body>>): Promise<Outcome<Body>> {
    let engine: PasswordEngine | null = null;
    try {
      engine = this.#start();
      return await what(engine);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : 'strange';
      return { ok: false, code: why === 'unreachable' ? why : `password_${why}` };
    } finally {
      engine?.end();
    }
  }

  async #show(engine: PasswordEngine, login: string, password: string): Promise<Outcome<PasswordShown>> {
    const { api } = this.#around;
    const ke1 = await engine.show(password);
    const first = await sign(this.#around, await nameOf(ke1));
    if (first === null) return { ok: false, code: 'not_stored' };
    const asked = await api.askPassword({ login, ke1: base64url(ke1), ...first });
    if (!asked.ok) return asked;
    const { ceremony, ke2 } = asked.body;
    const ke3 = await engine.shown(fromBase64url(ke2), this.#server);
    const second = await sign(this.#around, fromBase64url(ceremony));
    if (second === null) return { ok: false, code: 'not_stored' };
    return api.signInByPassword({ ceremony, ke3: base64url(ke3), ...second, shared: this.shared });
  }

  async #choose(engine: PasswordEngine, login: string, password: string): Promise<Outcome<PasswordShown>> {
    const { api } = this.#around;
    const request = await engine.choose(password, login);
    const asked = await api.askNewPassword({ login, request: base64url(request) });
    if (!asked.ok) return asked;
    const { ceremony, response } = asked.body;
    const record = await engine.chosen(fromBase64url(response));
    return api.registerPassword({ ceremony, record: base64url(record), shared: this.shared });
  }
}
