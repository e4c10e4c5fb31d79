import { expect, test } from 'vitest';
import type { Reply } from '../core/messages';
import type { Event } from '../core/types.gen';
import type { Api, RegisterPasskey, SignInByPasskey } from '../platform/api';
import type { Passkeys } from '../platform/passkeys';
import { Passkey } from './passkey.svelte';
import type { Around } from './signing';

const CEREMONY = 'AAAA_-8';

/** A server that remembers what it was asked; `stale` wants a passkey shown first. */
function stage(browser: Partial<Passkeys> = {}, stale = false) {
  const asked: string[] = [];
  const signIns: SignInByPasskey[] = [];
  const made: RegisterPasskey[] = [];
  let fresh = !stale;
  const question = { ok: true, body: { ceremony: CEREMONY, options: '{}' } } as const;
  const api = {
    askPasskey: () => (asked.push('ask'), Promise.resolve(question)),
    askNewPasskey: () => {
      asked.push('ask new');
      return Promise.resolve(fresh ? question : { ok: false, code: 'step_up_required' });
    },
    registerPasskey: (body: RegisterPasskey) => {
      asked.push('register');
      made.push(body);
      return Promise.resolve({ ok: true, body: {} });
    },
    signInByPasskey: (body: SignInByPasskey) => {
      asked.push('sign in');
      signIns.push(body);
      fresh = true;
      return Promise.resolve({ ok: true, body: {} });
    },
  } as unknown as Api;
  const listeners = new Set<(event: Event) => void>();
  const around: Around = {
    api,
    client: {
      ask: (ask) => {
        if (ask.kind === 'command') asked.push(ask.command.kind);
        if (ask.kind === 'command' && ask.command.kind === 'sign_sign_in') {
          expect([...(ask.command.ceremony as Uint8Array)]).toEqual([0, 0, 0, 255, 239]);
          const signed = { device: 'd', nonce: new Uint8Array([1]), signature: new Uint8Array([251]) };
          for (const listener of listeners) listener({ kind: 'sign_in_signed', ...signed } as Event);
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
  const passkeys: Passkeys = {
    known: true,
    make: () => Promise.resolve('made'),
    show: () => Promise.resolve('shown'),
    ...browser,
  };
  return { passkey: new Passkey(around, passkeys), asked, signIns, made, listeners };
}

test('a passkey and this device\'s signature together sign in, and the device goes online', async () => {
  const { passkey, asked, signIns, listeners } = stage();
  passkey.shared = true;
  await passkey.show();
  expect(asked).toEqual(['ask', 'sign_sign_in', 'sign in', 'sign_in']);
  expect(signIns).toEqual([
    { ceremony: CEREMONY, credential: 'shown', device: 'd', nonce: 'AQ', signature: '-w', shared: true },
  ]);
  expect(passkey.trying.kind).toBe('idle');
  expect(listeners.size).toBe(0);
});

test('whoever makes their first passkey on a device of others says so with it', async () => {
  const { passkey, made } = stage();
  await passkey.make();
  passkey.shared = true;
  await passkey.make();
  expect(made.map(({ shared }) => shared)).toEqual([false, true]);
});

test('what was pressed away sends nothing and can be tried again', async () => {
  let pressedAway = true;
  const { passkey, asked } = stage({ show: () => Promise.resolve(pressedAway ? null : 'shown') });
  await passkey.show();
  expect(passkey.trying.kind).toBe('none');
  expect(asked).toEqual(['ask']);
  pressedAway = false;
  await passkey.show();
  expect(passkey.trying.kind).toBe('idle');
});

test('a passkey shown too long ago is shown again before another is made', async () => {
  const { passkey, asked } = stage({}, true);
  await passkey.make();
  expect(asked).toEqual([
    'ask new', 'ask', 'sign_sign_in', 'sign in', 'ask new', 'register', 'sign_in',
  ]);
  expect(passkey.trying.kind).toBe('idle');
});
