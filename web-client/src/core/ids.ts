// Circle ids: hyphenated text on the page, 16 bytes in the store's keys.

/** The 16 bytes of a UUID's text. */
export function uuidBytes(text: string): Uint8Array<ArrayBuffer> {
  const hex = text.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError('not an identifier');
  return Uint8Array.from({ length: 16 }, (_, at) => parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** The UUID's text for 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new TypeError('not an identifier');
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [0, 8, 12, 16, 20].map((from, n, cuts) => hex.slice(from, cuts[n + 1])).join('-');
}
