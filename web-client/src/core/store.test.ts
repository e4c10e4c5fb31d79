import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { uuidBytes } from './ids';
import { Store, Unreadable } from './store';
import { makeVault } from './vault';

const CIRCLE = '01990000-0000-7000-8000-0000000000c1';
const OTHER = '01990000-0000-7000-8000-0000000000c2';
let databases = 0;
const fresh = (): string => `store ${databases++}`;

function key(circle: string, place: number): Uint8Array {
  const bytes = new Uint8Array(24);
  bytes.set(uuidBytes(circle));
  new DataView(bytes.buffer).setBigUint64(16, BigInt(place));
  return bytes;
}
const value = (n: number): Uint8Array => Uint8Array.of(n);
const items = (...rows: [string, number][]) =>
  rows.map(([circle, place]) => ({ key: key(circle, place), value: value(place) }));

test('the vault key is the same after opening again', async () => {
  const name = fresh();
  const first = await Store.open(name);
  expect(first.vaultKey).toHaveLength(32);
  first.close();
  const again = await Store.open(name);
  expect(again.vaultKey).toEqual(first.vaultKey);
});

test('the wrapping key cannot be taken out', async () => {
  const { vault } = await makeVault();
  await expect(crypto.subtle.exportKey('raw', vault.wrapping)).rejects.toThrow();
});

test('rows without their vault key are unreadable, never empty', async () => {
  const name = fresh();
  const store = await Store.open(name);
  await store.write({ state: [{ key: value(1), value: value(1) }], items: [] });
  store.close();
  await new Promise((done) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('vault', 'readwrite');
      transaction.objectStore('vault').clear();
      transaction.oncomplete = () => done(opening.result.close());
    };
  });
  await expect(Store.open(name)).rejects.toThrow(Unreadable);
});

test('a step writes both tables or neither', async () => {
  const store = await Store.open(fresh());
  const good = { key: value(1), value: value(1) };
  // A key that IndexedDB does not take: the transaction has to take back the row before it.
  const bad = { key: null as unknown as Uint8Array, value: value(2) };
  await expect(store.write({ state: [good], items: [bad] })).rejects.toThrow();
  expect(await store.state()).toEqual([]);
  await store.write({ state: [good], items: items([CIRCLE, 1]) });
  expect(await store.state()).toEqual([good]);
  await store.write({ state: [{ key: value(1), value: null }], items: [] });
  expect(await store.state()).toEqual([]);
});

test('items come newest first, page by page, of one circle only', async () => {
  const store = await Store.open(fresh());
  const rows = items([CIRCLE, 1], [CIRCLE, 2], [CIRCLE, 300], [OTHER, 4]);
  await store.write({ state: [], items: rows });
  const first = await store.items(CIRCLE, null, 2);
  expect(first.map((row) => row.key)).toEqual([key(CIRCLE, 300), key(CIRCLE, 2)]);
  const second = await store.items(CIRCLE, first.at(-1)?.key ?? null, 2);
  expect(second.map((row) => row.key)).toEqual([key(CIRCLE, 1)]);
});

test('deleting a circle alone takes all of its items, and no other circle\'s', async () => {
  const store = await Store.open(fresh());
  const state = { key: uuidBytes(CIRCLE), value: value(1) };
  await store.write({ state: [state], items: items([CIRCLE, 1], [CIRCLE, 2], [OTHER, 3]) });
  await store.write({ state: [], items: [{ key: uuidBytes(CIRCLE), value: null }, ...items([CIRCLE, 4])] });
  expect((await store.items(CIRCLE, null, 9)).map((row) => row.value)).toEqual([value(4)]);
  expect(await store.items(OTHER, null, 9)).toHaveLength(1);
  // A row of the device's own state may be as short: it is one row.
  await store.write({ state: [{ key: uuidBytes(CIRCLE), value: null }], items: [] });
  expect(await store.state()).toEqual([]);
});
