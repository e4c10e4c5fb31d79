// A double of how people sign in: a list in memory, and refusals by what is typed. No password is checked
// here: the double of the engine knows a wrong one.
import type { AuthenticatorCard } from '../src/platform/api';
import { bad, good, type Answered } from './answered';

const SINCE = 1_770_000_000_000_000;
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

export class Ways {
  cards: AuthenticatorCard[] = [];
  /** The password is not enough. */
  second = true;
  /** Nothing was shown lately. */
  stale = false;

  answer(method: string, path: readonly string[], body: unknown): Answered {
    const [first, what = '', finish] = path;
    if (first === 'sign-in') return this.#signIn(method, what, finish, body);
    if (method === 'GET') return good({ authenticators: this.cards });
    if (this.stale && finish === undefined) return bad(403, 'step_up_required');
    if (method === 'DELETE') {
      this.cards = this.cards.filter(({ id }) => id !== what);
      return { status: 204, body: null };
    }
    if (what === 'password') return this.#password(finish, (body ?? {}) as { login?: string });
    if (what === 'code-app') return this.#codeApp(finish, (body ?? {}) as { code?: string });
    return bad(404, 'not_found');
  }

  #signIn(method: string, what: string, finish: string | undefined, body: unknown): Answered {
    if (method === 'GET') return good({ device_alone: false });
    if (what === 'code') return this.#shown((body as { code: string }).code !== '000000', {});
    if (what !== 'password') return bad(404, 'not_found');
    if (finish === undefined) return good({ ceremony: 'AAAA', ke2: 'AAAA' });
    return this.#shown(!this.second, { session: {}, second_factor: this.second }, true);
  }

  /** Whoever has shown everything is here now. */
  #shown(whole: boolean, body: object, half = false): Answered {
    if (whole) this.stale = false;
    return whole || half ? good(body) : bad(401, 'sign_in_refused');
  }

  #password(finish: string | undefined, { login = '' }: { login?: string }): Answered {
    if (finish === undefined && login === 'taken') return bad(409, 'login_taken');
    if (finish === undefined) {
      this.#login = login;
      return good({ ceremony: 'AAAA', response: 'AAAA' });
    }
    this.#add({ id: 'password', kind: 'password', added_at: SINCE, used_at: null, login: this.#login });
    return good({ session: {}, second_factor: this.second && !this.cards.some(({ kind }) => kind === 'passkey') });
  }

  #codeApp(finish: string | undefined, { code = '' }: { code?: string }): Answered {
    if (finish === undefined) {
      const uri = `otpauth://totp/carecircle:Sample?secret=${SECRET}&issuer=carecircle`;
      return good({ ceremony: 'AAAA', secret: SECRET, uri });
    }
    if (code === '000000') return bad(401, 'sign_in_refused');
    this.#add({ id: 'code-app', kind: 'totp', added_at: SINCE, used_at: null, login: null });
    return good({ session: {}, second_factor: false });
  }

  #login = '';

  #add(card: AuthenticatorCard): void {
    this.cards = [...this.cards.filter(({ kind }) => kind !== card.kind), card];
  }
}
