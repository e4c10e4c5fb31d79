// The device's store in the browser: IndexedDB, two tables of sealed rows and the wrapped vault key.
// One step is one transaction over both tables with strict durability; nothing is shown, sent or
// acknowledged before it has committed. What cannot be read is an error, never "empty".
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { uuidBytes } from './ids';
import type { CircleId, Delta, Write } from './types.gen';
import { makeVault, openVault, type Vault } from './vault';

interface Tables extends DBSchema {
  state: { key: ArrayBuffer; value: Uint8Array };
  items: { key: ArrayBuffer; value: Uint8Array };
  vault: { key: string; value: Vault };
}

/** One stored row. */
export interface Row {
  key: Uint8Array;
  value: Uint8Array;
}

/** The length of a circle's id, bytes. */
const CIRCLE_BYTES = 16;
/** The length of the place that follows the circle in an item's key, bytes. */
const PLACE_BYTES = 8;

/** Stored data that is there and cannot be opened. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

export class Store {
  readonly #db: IDBPDatabase<Tables>;
  /** The key that opens the device's rows, 32 bytes. */
  readonly vaultKey: Uint8Array;

  private constructor(db: IDBPDatabase<Tables>, vaultKey: Uint8Array) {
    this.#db = db;
    this.vaultKey = vaultKey;
  }

  /** Opens the store, making it and its vault key the first time. */
  static async open(name = 'carecircle'): Promise<Store> {
    const db = await openDB<Tables>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('state');
        fresh.createObjectStore('items');
        fresh.createObjectStore('vault');
      },
      // Another version of the app in another tab wants to change the tables: make way.
      blocking: () => db.close(),
    });
    return new Store(db, await vaultKey(db));
  }

  /** All of the table `state`, for opening the device. */
  async state(): Promise<Row[]> {
    const transaction = this.#db.transaction('state');
    const [keys, values] = await Promise.all([
      transaction.store.getAllKeys(),
      transaction.store.getAll(),
    ]);
    return values.map((value, at) => ({ key: new Uint8Array(keys[at] as ArrayBuffer), value }));
  }

  /** Writes one step, durably, or not at all. */
  async write(delta: Delta): Promise<void> {
    if (delta.state.length === 0 && delta.items.length === 0) return;
    const transaction = this.#db.transaction(['state', 'items'], 'readwrite', {
      durability: 'strict',
    });
    const written: Promise<unknown>[] = [transaction.done];
    try {
      for (const table of ['state', 'items'] as const) {
        const rows = transaction.objectStore(table);
        const writes = table === 'items' ? delta.items.map(whole) : delta.state;
        written.push(...writes.map((write) => apply(rows, write)));
      }
    } catch (thrown) {
      // A row that the browser does not take throws at once, and the rows before it would commit.
      transaction.abort();
      await Promise.allSettled(written);
      throw thrown;
    }
    await Promise.all(written);
  }

  /** At most `limit` items of a circle before a key, newest first. */
  async items(circle: CircleId, before: Uint8Array | null, limit: number): Promise<Row[]> {
    const first = placeKey(circle, 0);
    const range =
      before === null
        ? IDBKeyRange.bound(first, placeKey(circle, 0xff))
        : IDBKeyRange.bound(first, bytes(before), false, true);
    const rows: Row[] = [];
    let cursor = await this.#db.transaction('items').store.openCursor(range, 'prev');
    while (cursor !== null && rows.length < limit) {
      rows.push({ key: new Uint8Array(cursor.key as ArrayBuffer), value: cursor.value });
      cursor = await cursor.continue();
    }
    return rows;
  }

  close(): void {
    this.#db.close();
  }
}

interface Writable {
  put(value: Uint8Array, key: ArrayBuffer): Promise<unknown>;
  delete(key: ArrayBuffer | IDBKeyRange): Promise<void>;
}

/** A write, or the range of keys to delete. */
type Change = Write | IDBKeyRange;

/** A deletion whose key is a circle alone takes all of the circle's items. */
function whole(write: Write): Change {
  const isDeletion = write.value === null || write.value === undefined;
  return isDeletion && write.key.length === CIRCLE_BYTES ? ofCircle(write.key) : write;
}

function apply(table: Writable, change: Change): Promise<unknown> {
  if (change instanceof IDBKeyRange) return table.delete(change);
  const { key, value } = change;
  return value === null || value === undefined
    ? table.delete(bytes(key))
    : table.put(value, bytes(key));
}

/** Every key that begins with a circle and goes on with a place. */
function ofCircle(circle: Uint8Array): IDBKeyRange {
  const last = new Uint8Array(CIRCLE_BYTES + PLACE_BYTES + 2).fill(0xff);
  last.set(circle);
  return IDBKeyRange.bound(bytes(circle), bytes(last));
}

/** A key as IndexedDB compares it: its bytes alone, not the memory they stand in. */
function bytes(key: Uint8Array): ArrayBuffer {
  return key.slice().buffer as ArrayBuffer;
}

function placeKey(circle: CircleId, fill: number): ArrayBuffer {
  const key = new Uint8Array(16 + PLACE_BYTES).fill(fill);
  key.set(uuidBytes(circle));
  return key.buffer;
}

async function vaultKey(db: IDBPDatabase<Tables>): Promise<Uint8Array> {
  const vault = await db.get('vault', 'vault');
  if (vault !== undefined) {
    return openVault(vault).catch(() => {
      throw new Unreadable('the vault key does not open');
    });
  }
  if ((await db.count('state')) > 0) throw new Unreadable('rows without their vault key');
  const { key, vault: made } = await makeVault();
  const transaction = db.transaction('vault', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(made, 'vault'), transaction.done]);
  return key;
}
