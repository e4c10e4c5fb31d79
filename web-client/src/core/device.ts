// The device core as the worker sees it. Its skin crosses from wasm without types; this is the one
// place that gives them back.
import start, { Device } from '$device';
import type { Row } from './store';
import type { Code, Delta, Input, Item, Step } from './types.gen';

/** One device. Its memory is wasm's: `free` gives it back. */
export interface DeviceCore {
  /** Takes one input. Throws a [`Refused`]: nothing changed, the device may be used on. */
  handle(input: Input, nowMicros: number): Step;
  /** Opens one row of the table `items`. */
  open_item(key: Uint8Array, sealed: Uint8Array): Item;
  /** Seals everything anew, under the server's share too; `items` is the whole of that table. */
  share(vaultKey: Uint8Array, share: Uint8Array, items: Row[]): Delta;
  free(): void;
}

/** Under what the rows are sealed. */
export interface Keys {
  vaultKey: Uint8Array;
  /** The server's share seals them too. */
  shared: boolean;
  /** The share, if it is here: without it a shared device only signs in. */
  share: Uint8Array | null;
}

/** Opens a device from its table `state`. */
export type OpenDevice = (keys: Keys, serverName: string, rows: Row[]) => DeviceCore;

/** What the core throws when it refuses; anything else it throws is a defect. */
export interface Refused {
  code: Code;
  detail: string;
}

export function isRefused(thrown: unknown): thrown is Refused {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    'detail' in thrown &&
    typeof thrown.detail === 'string'
  );
}

/** Loads the wasm module. */
export async function loadDevice(): Promise<OpenDevice> {
  await start();
  return ({ vaultKey, shared, share }, serverName, rows) =>
    Device.open(vaultKey, shared, share ?? undefined, serverName, rows);
}
