// This device's part in a sign-in: its signature, by which the session becomes its own.
import type { Client } from '../core/client';
import type { Event } from '../core/types.gen';
import type { Api } from '../platform/api';
import { base64url } from '../platform/passkeys';

type Signed = Extract<Event, { kind: 'sign_in_signed' }>;

/** What signing in needs of the app. */
export interface Around {
  readonly api: Api;
  readonly client: Client;
  listen(listener: (event: Event) => void): () => void;
}

/** How far something tried has come. */
export type Trying =
  | { kind: 'idle' }
  | { kind: 'busy' }
  /** The person pressed it away, or the device has none. */
  | { kind: 'none' }
  | { kind: 'failed'; code: string };

export function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Signs what names a step of a sign-in; null if the device cannot. */
export async function sign(
  around: Around,
  named: Uint8Array,
): Promise<{ device: string; nonce: string; signature: string } | null> {
  const signed = await new Promise<Signed | null>((resolve) => {
    const stop = around.listen((event) => {
      if (event.kind !== 'sign_in_signed') return;
      stop();
      resolve(event);
    });
    const command = { kind: 'sign_sign_in', ceremony: named } as const;
    void around.client.ask({ kind: 'command', command }).then((reply) => {
      if (reply.kind !== 'refused') return;
      stop();
      resolve(null);
    });
  });
  if (signed === null) return null;
  return { device: signed.device, nonce: base64url(signed.nonce), signature: base64url(signed.signature) };
}

/** The cookie is another one now: the device goes online with it. */
export async function goOnline(around: Around): Promise<void> {
  await around.client.ask({ kind: 'command', command: { kind: 'sign_in' } });
}
