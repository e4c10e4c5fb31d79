// The vault key: 32 random bytes under which the device core seals every row. It is kept wrapped
// under an AES-GCM key that the browser holds and no script can take out. A stolen database file alone
// does not open; a copied profile would (the wrapping key travels with it), so that the core seals by a
// share of the server's too. That is kept here, wrapped the same way, while somebody is signed in on a
// device of their own; nobody else's is, and none after the log-off.

/** 32 bytes that the wrapping key opens. */
interface Wrapped {
  nonce: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** What is stored. */
export interface Vault extends Wrapped {
  wrapping: CryptoKey;
  /** The rows are sealed under the server's share too. */
  shared?: true;
  /** The share, where it may be kept. */
  share?: Wrapped;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A new vault key and what to store of it. */
export async function makeVault(): Promise<{ key: Uint8Array; vault: Vault }> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return { key, vault: { wrapping, ...(await wrap(wrapping, key)) } };
}

/** The vault key again. */
export function openVault(vault: Vault): Promise<Uint8Array> {
  return unwrap(vault.wrapping, vault);
}

/** What to store once the rows are sealed under the share too: with the share, or without. */
export async function withShare({ share: _, ...vault }: Vault, share: Uint8Array | null): Promise<Vault> {
  if (share === null) return { ...vault, shared: true };
  return { ...vault, shared: true, share: await wrap(vault.wrapping, share) };
}

/** The share, if it is kept. */
export function keptShare({ wrapping, share }: Vault): Promise<Uint8Array | null> {
  return share === undefined ? Promise.resolve(null) : unwrap(wrapping, share);
}

async function wrap(wrapping: CryptoKey, key: Uint8Array): Promise<Wrapped> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, wrapping, key.slice());
  return { nonce, wrapped };
}

async function unwrap(wrapping: CryptoKey, { nonce, wrapped }: Wrapped): Promise<Uint8Array> {
  const key = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, wrapping, wrapped);
  if (key.byteLength !== KEY_BYTES) throw new TypeError('a vault key of another length');
  return new Uint8Array(key);
}
