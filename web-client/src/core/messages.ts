// What the page, the worker and the workers of other tabs say to each other: one union per
// direction. What is inside a command or an event is generated from the device core's own types.
import type { CircleId, Code, Command, Event, Item } from './types.gen';

/** What the tabs of one browser profile share: the name of their lock and of their channel. */
export const PROFILE = 'carecircle-device';

/** What a page wants from the device. */
export type Ask =
  | { kind: 'command'; command: Command }
  /** Items of a circle, newest first, older than a place; without one, the newest. */
  | { kind: 'page'; circle: CircleId; before: Uint8Array | null; limit: number }
  /** The browser says that the network is gone: the socket is dead, whatever it still believes. */
  | { kind: 'network_lost' }
  /** What was last told about the device, its circles and its sisters, for a page that came later. */
  | { kind: 'snapshot' };

/** The one answer to an ask. */
export type Reply =
  /** The command is stored. What follows comes as events. */
  | { kind: 'done' }
  /** `older` asks for the next page; absent at the beginning of the conversation. `oldest` is the key
      of the oldest item given: earlier ones may come to lie before it. */
  | { kind: 'page'; items: Item[]; older: Uint8Array | null; oldest: Uint8Array | null }
  /** Events that say how things stand, to be heard as if they came now. */
  | { kind: 'snapshot'; events: Event[] }
  | { kind: 'refused'; code: Code | 'not_stored'; detail: string };

/** Why nothing runs. Each has one plain sentence on the page. */
export type Why =
  /** The browser lacks Web Locks, IndexedDB, workers or wasm. */
  | 'browser'
  /** Stored data is there but cannot be opened: never taken for an empty store. */
  | 'unreadable'
  /** The browser cannot store any more. */
  | 'unwritable'
  /** The device core broke. */
  | 'broken';

/** How far the worker has come. */
export type Stage =
  | { kind: 'starting' }
  | { kind: 'running' }
  /** Another tab owns the device and does not answer. */
  | { kind: 'elsewhere' }
  /** The person signed out: every page puts away what it shows, and the workers end. */
  | { kind: 'locked' }
  | { kind: 'stopped'; why: Why };

export type ToWorker = { kind: 'ask'; id: number; ask: Ask };

export type FromWorker =
  | { kind: 'reply'; id: number; reply: Reply }
  | { kind: 'event'; event: Event }
  | { kind: 'stage'; stage: Stage }
  /** Nothing is left to do after a log-off: the page ends the worker, and with it all that it holds. */
  | { kind: 'ended' };

/** Between the workers of several tabs of one browser profile. */
export type BetweenTabs =
  /** A tab became the owner: whatever was asked of an earlier one is lost. */
  | { kind: 'owner' }
  | { kind: 'ask'; tab: string; id: number; ask: Ask }
  | { kind: 'reply'; tab: string; id: number; reply: Reply }
  | { kind: 'event'; event: Event }
  | { kind: 'stage'; stage: Stage };
