// Several tabs, one device. The tab whose worker holds the Web Lock owns the device; the others
// speak to it over a BroadcastChannel. When the owner closes, the browser hands the lock to the
// next one, which opens the device from the same store.
import type { Host } from './host';
import type { Ask, BetweenTabs, FromWorker, Reply, Stage } from './messages';
import type { Event } from './types.gen';

/** Silence after which a guest tells its page that the owner does not answer. */
const OWNER_MS_MAX = 5_000;

export interface Channel {
  postMessage(message: BetweenTabs): void;
  onmessage: ((message: MessageEvent<BetweenTabs>) => void) | null;
}

export class Tab {
  readonly #id: string = crypto.randomUUID();
  readonly #channel: Channel;
  readonly #page: (message: FromWorker) => void;
  /** Comes once the person has signed out and this tab's worker has nothing left to do. */
  readonly over: Promise<void>;
  #end: () => void = () => undefined;
  /** Whether that has come. */
  ended = false;
  #host: Host | null = null;
  #stage: Stage = { kind: 'starting' };
  /** Asks of this tab's page that the owner has not answered. */
  readonly #open = new Map<number, (reply: Reply) => void>();
  #next = 0;

  constructor(channel: Channel, page: (message: FromWorker) => void) {
    this.#channel = channel;
    this.#page = page;
    this.over = new Promise((end) => (this.#end = end));
    channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** As a guest: find out how the owner stands. */
  async greet(): Promise<void> {
    const reply = await this.#askOwner({ kind: 'snapshot' });
    if (this.#host !== null) return;
    if (reply.kind !== 'snapshot') return this.#show({ kind: 'elsewhere' });
    // In the order in which an owner's page hears them: a page that runs and knows nobody shows how to come in.
    for (const event of reply.events) this.#tellPage(event);
    this.#show({ kind: 'running' });
  }

  /** This tab now holds the lock. */
  async own(host: Host): Promise<void> {
    this.#host = host;
    for (const id of [...this.#open.keys()]) this.#settle(id, lost);
    const reply = await host.start();
    if (reply.kind !== 'refused') this.stage({ kind: 'running' });
    this.#channel.postMessage({ kind: 'owner' });
  }

  /** What this tab's page asks. */
  ask(ask: Ask): Promise<Reply> {
    return this.#host === null ? this.#askOwner(ask) : this.#host.ask(ask);
  }

  /** From the owner's device, to the pages of all tabs. */
  emit(event: Event): void {
    this.#tellPage(event);
    this.#channel.postMessage({ kind: 'event', event });
  }

  /** How the owner stands, to the pages of all tabs. */
  stage(stage: Stage): void {
    this.#show(stage);
    this.#channel.postMessage({ kind: 'stage', stage });
  }

  /** This tab's worker has nothing left to do: whoever holds the lock gives it back, and the page ends the worker. */
  end(): void {
    this.ended = true;
    this.#end();
    this.#page({ kind: 'ended' });
  }

  #hear(message: BetweenTabs): void {
    if (this.#host !== null) {
      if (message.kind === 'ask') void this.#answer(this.#host, message);
      return;
    }
    switch (message.kind) {
      case 'owner':
        for (const id of [...this.#open.keys()]) this.#settle(id, lost);
        return void this.greet();
      case 'event':
        return this.#tellPage(message.event);
      case 'stage':
        this.#show(message.stage);
        // A guest holds nothing: it is not to open the device in the place of the owner that ends.
        return message.stage.kind === 'locked' ? this.end() : undefined;
      case 'reply':
        return message.tab === this.#id ? this.#settle(message.id, message.reply) : undefined;
      case 'ask':
        return;
    }
  }

  async #answer(host: Host, { tab, id, ask }: Extract<BetweenTabs, { kind: 'ask' }>): Promise<void> {
    if (this.#stage.kind === 'stopped') this.#channel.postMessage({ kind: 'stage', stage: this.#stage });
    const reply = await host.ask(ask);
    this.#channel.postMessage({ kind: 'reply', tab, id, reply });
  }

  #askOwner(ask: Ask): Promise<Reply> {
    const id = this.#next++;
    return new Promise((resolve) => {
      const silence = setTimeout(() => this.#settle(id, lost), OWNER_MS_MAX);
      this.#open.set(id, (reply) => {
        clearTimeout(silence);
        resolve(reply);
      });
      this.#channel.postMessage({ kind: 'ask', tab: this.#id, id, ask });
    });
  }

  #settle(id: number, reply: Reply): void {
    const resolve = this.#open.get(id);
    this.#open.delete(id);
    resolve?.(reply);
  }

  #show(stage: Stage): void {
    this.#stage = stage;
    this.#page({ kind: 'stage', stage });
  }

  #tellPage(event: Event): void {
    this.#page({ kind: 'event', event });
  }
}

const lost: Reply = { kind: 'refused', code: 'busy', detail: 'The other tab did not answer.' };
