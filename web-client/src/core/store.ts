// The device's store in the browser: IndexedDB, two tables of sealed rows and the wrapped vault key.
// One step is one transaction over both tables with strict durability; nothing is shown, sent or
// acknowledged before it has committed. What cannot be read is an error, never "empty".
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { uuidBytes } from './ids';
import type { CircleId, Delta, Write } from './types.gen';
import { keptShare, makeVault, openVault, withShare, type Vault } from './vault';

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
  #vault: Vault;

  private constructor(db: IDBPDatabase<Tables>, { key, vault }: { key: Uint8Array; vault: Vault }) {
    this.#db = db;
    this.vaultKey = key;
    this.#vault = vault;
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
    return new Store(db, await vaultOf(db));
  }

  /** All of the table `state`, for opening the device. */
  state(): Promise<Row[]> {
    return this.#all('state');
  }

  /** All of the table `items`. */
  everyItem(): Promise<Row[]> {
    return this.#all('items');
  }

  async #all(table: 'state' | 'items'): Promise<Row[]> {
    const transaction = this.#db.transaction(table);
    const [keys, values] = await Promise.all([
      transaction.store.getAllKeys(),
      transaction.store.getAll(),
    ]);
    return values.map((value, at) => ({ key: new Uint8Array(keys[at] as ArrayBuffer), value }));
  }

  /** Whether the rows are sealed under the server's share too. */
  get shared(): boolean {
    return this.#vault.shared === true;
  }

  /** The share, if it is kept here. */
  share(): Promise<Uint8Array | null> {
    return keptShare(this.#vault);
  }

  /** Keeps the share, or forgets it. */
  async keep(share: Uint8Array | null): Promise<void> {
    await this.#change({ state: [], items: [] }, await withShare(this.#vault, share), false);
  }

  /** Writes everything anew, sealed under the share too, which is kept or not: durably, or not at all. */
  async replace(delta: Delta, kept: Uint8Array | null): Promise<void> {
    await this.#change(delta, await withShare(this.#vault, kept), true);
  }

  /** Writes one step, durably, or not at all; whoever signs out forgets the share in the same moment. */
  async write(delta: Delta, forget = false): Promise<void> {
    const vault = forget && this.#vault.share !== undefined ? await withShare(this.#vault, null) : null;
    if (delta.state.length === 0 && delta.items.length === 0 && vault === null) return;
    await this.#change(delta, vault, false);
  }

  async #change(delta: Delta, vault: Vault | null, anew: boolean): Promise<void> {
    const transaction = this.#db.transaction(['state', 'items', 'vault'], 'readwrite', {
      durability: 'strict',
    });
    const written: Promise<unknown>[] = [transaction.done];
    try {
      if (vault !== null) written.push(transaction.objectStore('vault').put(vault, 'vault'));
      if (anew) written.push(transaction.objectStore('state').clear(), transaction.objectStore('items').clear());
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
    if (vault !== null) this.#vault = vault;
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

async function vaultOf(db: IDBPDatabase<Tables>): Promise<{ key: Uint8Array; vault: Vault }> {
  const vault = await db.get('vault', 'vault');
  if (vault !== undefined) {
    const key = await openVault(vault).catch(() => {
      throw new Unreadable('the vault key does not open');
    });
    return { key, vault };
  }
  if ((await db.count('state')) > 0) throw new Unreadable('rows without their vault key');
  const made = await makeVault();
  const transaction = db.transaction('vault', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(made.vault, 'vault'), transaction.done]);
  return made;
}
