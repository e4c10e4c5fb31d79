import { expect, test } from 'vitest';
import type { Reply } from '../core/messages';
import type { Event } from '../core/types.gen';
import type { Answer, Api, AskPassword, RegisterPassword, SignInByPassword } from '../platform/api';
import type { PasswordEngine } from '../platform/passwords';
import { Password } from './password.svelte';
import type { Around } from './signing';

const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);

/** A server that remembers what it was asked, around an engine that does nothing but pass on. */
function stage({ wrong = false, second = false, stale = false } = {}) {
  const said: string[] = [];
  const signed: number[] = [];
  const bodies: (AskPassword | SignInByPassword)[] = [];
  const made: RegisterPassword[] = [];
  let fresh = !stale;
  const good = (body: object): Promise<Answer<never>> => Promise.resolve({ ok: true, body } as Answer<never>);
  const shown = { session: {}, second_factor: second };
  const api = {
    askPassword: (body: AskPassword) => (said.push('ask'), bodies.push(body), good({ ceremony: 'AAAA_-8', ke2: 'AgM' })),
    signInByPassword: (body: SignInByPassword) => (said.push('finish'), bodies.push(body), good(shown)),
    signInByCode: (code: string) =>
      code === '123456' ? (said.push('code'), good({})) : Promise.resolve({ ok: false, code }),
    askNewPassword: () => {
      said.push('ask new');
      return fresh ? good({ ceremony: 'AAAA', response: 'AQ' }) : Promise.resolve({ ok: false, code: 'step_up_required' });
    },
    registerPassword: (body: RegisterPassword) => (said.push('register'), made.push(body), good(shown)),
  } as unknown as Api;
  const engine: PasswordEngine = {
    choose: (password) => (password.length < 12 ? Promise.reject(new Error('short')) : Promise.resolve(bytes(1))),
    chosen: () => Promise.resolve(bytes(2)),
    show: () => Promise.resolve(bytes(1)),
    shown: (ke2, server) => {
      expect([...ke2]).toEqual([2, 3]);
      expect(server).toBe('here:8443');
      return wrong ? Promise.reject(new Error('wrong')) : Promise.resolve(bytes(4));
    },
    end: () => void said.push('end'),
  };
  const listeners = new Set<(event: Event) => void>();
  const around: Around = {
    api,
    client: {
      ask: (ask) => {
        if (ask.kind === 'command' && ask.command.kind === 'sign_in') said.push('online');
        if (ask.kind === 'command' && ask.command.kind === 'sign_sign_in') {
          signed.push((ask.command.ceremony as Uint8Array).length);
          const part = { device: 'd', nonce: bytes(1), signature: bytes(251) };
          for (const listener of listeners) listener({ kind: 'sign_in_signed', ...part } as Event);
        }
        return Promise.resolve({ kind: 'done' } as Reply);
      },
      listen: () => undefined,
      end: () => undefined,
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const stepUp = (): Promise<Answer<unknown>> => {
    said.push('step up');
    fresh = true;
    return Promise.resolve({ ok: true, body: null });
  };
  return { password: new Password(around, () => engine, 'here:8443', stepUp), said, signed, bodies, made };
}

test('a password that is enough leads online, each step signed by the device', async () => {
  const { password, said, signed, bodies } = stage();
  password.shared = true;
  expect(await password.show('maria', 'four plain words')).toBe(true);
  expect(said).toEqual(['ask', 'finish', 'end', 'online']);
  // The name of KE1, then the ceremony of the server's making.
  expect(signed).toEqual([32, 5]);
  expect(bodies).toEqual([
    { login: 'maria', ke1: 'AQ', device: 'd', nonce: 'AQ', signature: '-w' },
    { ceremony: 'AAAA_-8', ke3: 'BA', device: 'd', nonce: 'AQ', signature: '-w', shared: true },
  ]);
});

test('a wrong password sends no proof, and its engine is ended', async () => {
  const { password, said } = stage({ wrong: true });
  expect(await password.show('maria', 'no')).toBe(false);
  expect(said).toEqual(['ask', 'end']);
  expect(password.trying).toEqual({ kind: 'failed', code: 'password_wrong' });
});

test('where a code must follow, the device goes online only after it', async () => {
  const { password, said } = stage({ second: true });
  expect(await password.show('dana', 'four plain words')).toBe(false);
  expect(password.awaitsCode).toBe(true);
  expect(said).not.toContain('online');
  expect(await password.code('sign_in_refused')).toBe(false);
  expect(password.awaitsCode).toBe(true);
  expect(await password.code('123456')).toBe(true);
  expect(said.at(-1)).toBe('online');
  // Too late for a code: the password is asked for again.
  await password.show('dana', 'four plain words');
  await password.code('ceremony_gone');
  expect(password.awaitsCode).toBe(false);
});

test('a new password is made where something was shown lately, and a weak one never leaves', async () => {
  const { password, said } = stage({ stale: true });
  expect(await password.choose('maria', 'short')).toBeNull();
  expect(password.trying).toEqual({ kind: 'failed', code: 'password_short' });
  expect(said).toEqual(['end']);
  expect(await password.choose('maria', 'four plain words')).not.toBeNull();
  expect(said).toEqual(['end', 'ask new', 'end', 'step up', 'ask new', 'register', 'end', 'online']);
});

test('whoever makes their first password on a device of others says so with it', async () => {
  const { password, made } = stage();
  await password.choose('maria', 'four plain words');
  password.shared = true;
  await password.choose('maria', 'four plain words');
  expect(made.map(({ shared }) => shared)).toEqual([false, true]);
});
