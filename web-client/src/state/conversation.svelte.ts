// One open conversation: pages from the device's store, new items as they come, what to send, who is
// writing, and how far others have read.
import type { Client } from '../core/client';
import type { AccountId, CircleId, Command, Item, Receipt, Urgency } from '../core/types.gen';
import { merge, splitOlder } from './items';

const PAGE = 40;
/** The device refuses longer texts (protocol `TEXT_BYTES_MAX`). */
export const TEXT_BYTES_MAX = 60 * 1024;
/** "Dana is writing" is forgotten after this. */
const TYPING_MS = 5_000;
/** How often the device is told that the person writes: it coalesces, an old phone need not. */
const TYPING_TOLD_MS = 1_000;

export type Sent = 'sent' | 'empty' | 'too_long' | 'failed';

export class Conversation {
  readonly circle: CircleId;
  items = $state.raw<Item[]>([]);
  /** How far others have read. */
  receipts = $state.raw<readonly Receipt[]>([]);
  /** Who is writing just now, in the order of their beginning. */
  writing = $state.raw<readonly AccountId[]>([]);
  /** Whether the first page is there. */
  loaded = $state(false);
  /** Whether reading the store failed. */
  failed = $state(false);
  /** Whether there is an earlier page. */
  hasOlder = $state(false);
  /** The key of the earliest item here: the next earlier page lies before it. */
  #oldest: Uint8Array | null = null;
  #reading: Promise<void> | null = null;
  readonly #forget = new Map<AccountId, ReturnType<typeof setTimeout>>();
  #typingToldMs = -Infinity;
  #read = 0;
  readonly #client: Client;

  constructor(client: Client, circle: CircleId, receipts: readonly Receipt[] = []) {
    this.#client = client;
    this.circle = circle;
    this.receipts = receipts;
  }

  /** Reads the newest page. */
  open(): Promise<void> {
    return this.#readPage(null);
  }

  /** Reads the next earlier page. */
  async readOlder(): Promise<void> {
    this.#reading ??= this.#readPage(this.#oldest).finally(() => (this.#reading = null));
    await this.#reading;
  }

  /**
   * New or changed items. History that arrives lies in the store and is read page by page when the
   * reader comes to it; the first page fills up by itself.
   */
  take(items: readonly Item[]): void {
    const { here, older } = splitOlder(this.items, items);
    this.items = merge(this.items, here);
    for (const { content } of here) if (content.kind === 'text') this.#stopWriting(content.from);
    if (older.length === 0) return;
    // Not announced when it is read at once: a button that comes and goes would move everything.
    if (this.items.length < PAGE) void this.readOlder();
    else this.hasOlder = true;
  }

  /** Stores a message for sending. Only then may the composer forget it. */
  async send(text: string, urgency: Urgency = 'routine'): Promise<Sent> {
    const trimmed = text.trim();
    if (trimmed === '') return 'empty';
    if (new TextEncoder().encode(trimmed).length > TEXT_BYTES_MAX) return 'too_long';
    const done = await this.#ask({ kind: 'send', circle: this.circle, text: trimmed, urgency });
    this.#typingToldMs = -Infinity;
    return done ? 'sent' : 'failed';
  }

  /** The person is writing. */
  typing(nowMs: number): void {
    if (nowMs - this.#typingToldMs < TYPING_TOLD_MS) return;
    this.#typingToldMs = nowMs;
    void this.#ask({ kind: 'typing', circle: this.circle });
  }

  /** The newest message of others has been seen. */
  seen(): void {
    const seq = this.items.findLast(({ content, seq }) => !own(content) && (seq ?? null) !== null)?.seq ?? 0;
    if (seq <= this.#read) return;
    this.#read = seq;
    void this.#ask({ kind: 'read', circle: this.circle, seq });
  }

  /** Says that one sees to an urgent message; whether the device has taken it. */
  acknowledge(seq: number): Promise<boolean> {
    return this.#ask({ kind: 'ack_urgent', circle: this.circle, seq });
  }

  hearTyping(account: AccountId): void {
    clearTimeout(this.#forget.get(account));
    this.#forget.set(account, setTimeout(() => this.#stopWriting(account), TYPING_MS));
    if (!this.writing.includes(account)) this.writing = [...this.writing, account];
  }

  #stopWriting(account: AccountId): void {
    clearTimeout(this.#forget.get(account));
    this.#forget.delete(account);
    if (this.writing.includes(account)) this.writing = this.writing.filter((one) => one !== account);
  }

  async #ask(command: Command): Promise<boolean> {
    const reply = await this.#client.ask({ kind: 'command', command });
    return reply.kind === 'done';
  }

  async #readPage(before: Uint8Array | null): Promise<void> {
    const reply = await this.#client.ask({ kind: 'page', circle: this.circle, before, limit: PAGE });
    this.failed = reply.kind !== 'page';
    if (reply.kind !== 'page') return;
    // Read anew by another owner: what lies before stays where it was.
    const again = before === null && this.#oldest !== null;
    this.items = merge(this.items, reply.items);
    if (!again) {
      this.hasOlder = reply.older !== null;
      this.#oldest = reply.oldest ?? this.#oldest;
    }
    this.loaded = true;
  }
}

function own(content: Item['content']): boolean {
  return content.kind === 'text' && content.mine;
}
