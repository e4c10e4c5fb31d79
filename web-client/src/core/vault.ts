// The vault key: 32 random bytes under which the device core seals every row. It is kept wrapped
// under an AES-GCM key that the browser holds and no script can take out. A copied profile still
// opens (the wrapping key travels with it); a stolen database file alone does not.

/** What is stored. */
export interface Vault {
  wrapping: CryptoKey;
  nonce: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A new vault key and what to store of it. */
export async function makeVault(): Promise<{ key: Uint8Array; vault: Vault }> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, wrapping, key);
  return { key, vault: { wrapping, nonce, wrapped } };
}

/** The vault key again. */
export async function openVault({ wrapping, nonce, wrapped }: Vault): Promise<Uint8Array> {
  const key = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, wrapping, wrapped);
  if (key.byteLength !== KEY_BYTES) throw new TypeError('a vault key of another length');
  return new Uint8Array(key);
}
