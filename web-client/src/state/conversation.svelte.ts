// One open conversation: pages from the device's store, new items as they come, and what to send.
import type { Client } from '../core/client';
import type { CircleId, Item } from '../core/types.gen';
import { merge } from './items';

const PAGE = 40;
/** The device refuses longer texts (protocol `TEXT_BYTES_MAX`). */
export const TEXT_BYTES_MAX = 60 * 1024;

export type Sent = 'sent' | 'empty' | 'too_long' | 'failed';

export class Conversation {
  readonly circle: CircleId;
  items = $state.raw<Item[]>([]);
  /** Whether the first page is there. */
  loaded = $state(false);
  /** Whether reading the store failed. */
  failed = $state(false);
  #older = $state.raw<Uint8Array | null>(null);
  readonly #client: Client;

  constructor(client: Client, circle: CircleId) {
    this.#client = client;
    this.circle = circle;
  }

  /** Whether there is an earlier page. */
  get hasOlder(): boolean {
    return this.#older !== null;
  }

  /** Reads the newest page. */
  open(): Promise<void> {
    return this.#read(null);
  }

  /** Reads the next earlier page. */
  async readOlder(): Promise<void> {
    if (this.#older !== null) await this.#read(this.#older);
  }

  /** New or changed items. */
  take(items: readonly Item[]): void {
    this.items = merge(this.items, items);
  }

  /** Stores a message for sending. Only then may the composer forget it. */
  async send(text: string): Promise<Sent> {
    const trimmed = text.trim();
    if (trimmed === '') return 'empty';
    if (new TextEncoder().encode(trimmed).length > TEXT_BYTES_MAX) return 'too_long';
    const reply = await this.#client.ask({
      kind: 'command',
      command: { kind: 'send', circle: this.circle, text: trimmed, urgency: 'routine' },
    });
    return reply.kind === 'done' ? 'sent' : 'failed';
  }

  async #read(before: Uint8Array | null): Promise<void> {
    const reply = await this.#client.ask({ kind: 'page', circle: this.circle, before, limit: PAGE });
    this.failed = reply.kind !== 'page';
    if (reply.kind !== 'page') return;
    this.items = merge(this.items, reply.items);
    this.#older = reply.older;
    this.loaded = true;
  }
}
