// The browser's half of the device: takes one input at a time, stores what it led to in one
// transaction, and only then sends, shows or asks. It fails closed: a step that cannot be stored
// never happened, and the device is opened again from its store.
import { isRefused, type DeviceCore, type OpenDevice } from './device';
import type { Ask, Reply, Why } from './messages';
import type { Row } from './store';
import type { Delta, Effect, Event, Input } from './types.gen';

/** The rows, as the host needs them. */
export interface Rows {
  readonly vaultKey: Uint8Array;
  /** Whether they are sealed under the server's share too. */
  readonly shared: boolean;
  state(): Promise<Row[]>;
  /** One step; `forget` the share in the same moment, if it was kept. */
  write(delta: Delta, forget: boolean): Promise<void>;
  items(circle: string, before: Uint8Array | null, limit: number): Promise<Row[]>;
  everyItem(): Promise<Row[]>;
  /** The share, if it was kept. */
  share(): Promise<Uint8Array | null>;
  /** Keeps the share, or forgets it. */
  keep(share: Uint8Array | null): Promise<void>;
  /** Both tables anew, sealed under the share too, which is kept or not. */
  replace(delta: Delta, kept: Uint8Array | null): Promise<void>;
}

/** The world around the device. */
export interface World {
  /** `host[:port]` as devices sign it. */
  serverName: string;
  nowMicros(): number;
  /** Opens a websocket, closing an earlier one, which then says nothing more. */
  connect(heard: (input: Input) => void): void;
  disconnect(): void;
  send(bytes: Uint8Array): void;
  request(effect: Extract<Effect, { kind: 'request' }>): Promise<{ status: number; body: Uint8Array }>;
  timer(afterMs: number, then: () => void): void;
  emit(event: Event): void;
  stopped(why: Why): void;
  /** The person signed out, and that is stored. */
  locked(): void;
  /** What followed from the log-off is done: the device is let go, the worker has nothing left to do. */
  ended(): void;
}

/** Under what an event that says how things stand is kept; null for what merely happened. Secrets that
    are shown once, the recovery code and the link to a new device, are never kept. */
function standing(event: Event): string | null {
  switch (event.kind) {
    case 'status':
    case 'circles':
    case 'devices':
    case 'enrolment':
    case 'counters':
      return event.kind;
    case 'receipts':
      return `receipts ${event.circle}`;
    default:
      return null;
  }
}

/** The session is over: the person signed out, or the server says so. */
const endsSession = (effect: Effect): boolean =>
  effect.kind === 'event' && effect.event.kind === 'status' && effect.event.status.link === 'signed_out';

const gone: Reply = { kind: 'refused', code: 'signed_out', detail: 'signed out' };

/** What a page may hear of a device that is signed out: how it stands, and what coming in needs. */
const WHILE_LOCKED: ReadonlySet<Event['kind']> = new Set(['status', 'problem', 'sign_in_signed', 'invitation', 'enrolment']);

/** Steps in a row that could not be stored before the host gives up. */
const UNWRITABLE_MAX = 3;

export class Host {
  readonly #open: OpenDevice;
  readonly #rows: Rows;
  readonly #world: World;
  #device: DeviceCore | null = null;
  /** Raised whenever the device is opened again: answers to an earlier one are not for this one. */
  #life = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #unwritable = 0;
  /** The server's share of what seals the rows, once it was given. */
  #share: Uint8Array | null = null;
  /** Requests without an answer so far. */
  #flying = 0;
  /** The person signed out: once nothing is under way any more, everything here is let go. */
  #leaving = false;
  /** The newest event of each kind that says how things stand, in the order of their first coming. */
  readonly #standing = new Map<string, Event>();

  constructor(open: OpenDevice, rows: Rows, world: World) {
    this.#open = open;
    this.#rows = rows;
    this.#world = world;
  }

  /** Opens the device and lets it go online. */
  start(): Promise<Reply> {
    return this.#enqueue(() => this.#reopen());
  }

  /** Carries out what a page asks, after everything that came before it. */
  ask(ask: Ask): Promise<Reply> {
    if (this.#leaving && ask.kind !== 'snapshot') return Promise.resolve(gone);
    switch (ask.kind) {
      case 'command':
        return this.#enqueue(() => this.#step({ kind: 'command', command: ask.command }));
      case 'network_lost':
        return this.#enqueue(() => {
          this.#world.disconnect();
          return this.#step({ kind: 'closed' });
        });
      case 'page':
        return this.#enqueue(() => this.#page(ask.circle, ask.before, ask.limit));
      case 'snapshot':
        return this.#enqueue(() =>
          Promise.resolve({ kind: 'snapshot', events: [...this.#standing.values()].filter((event) => this.#mayHear(event)) }),
        );
    }
  }

  #enqueue(work: () => Promise<Reply>): Promise<Reply> {
    const done = this.#queue.then(work).catch(
      (): Reply => ({ kind: 'refused', code: 'internal', detail: 'The store did not answer.' }),
    );
    this.#queue = done;
    return done;
  }

  /** An input from outside belongs to the life in which it was asked for. */
  #hear(life: number, input: Input): void {
    void this.#enqueue(async () => {
      if (life !== this.#life) return { kind: 'done' };
      const reply = await this.#step(input);
      if (reply.kind === 'refused') this.#tellRefusal(reply);
      return reply;
    });
  }

  async #step(input: Input): Promise<Reply> {
    const device = this.#device;
    if (device === null) return { kind: 'refused', code: 'internal', detail: 'not running' };
    let step;
    try {
      step = device.handle(input, this.#world.nowMicros());
    } catch (thrown) {
      if (isRefused(thrown)) {
        return { kind: 'refused', code: thrown.code, detail: thrown.detail };
      }
      return this.#stop('broken');
    }
    const signsOut = input.kind === 'command' && input.command.kind === 'sign_out';
    const isOver = signsOut || step.effects.some(endsSession);
    try {
      await this.#rows.write(step.delta, isOver);
    } catch {
      return this.#notStored();
    }
    this.#unwritable = 0;
    // Who is signed out by the server leaves as little behind as who signs out: what was open is closed.
    if (signsOut || (isOver && this.#share !== null)) {
      this.#leaving = true;
      this.#share?.fill(0);
      this.#share = null;
      this.#world.locked();
    }
    for (const effect of step.effects) this.#carryOut(effect);
    if (this.#leaving) void this.#enqueue(() => this.#endIfLeft());
    return { kind: 'done' };
  }

  #carryOut(effect: Effect): void {
    const life = this.#life;
    switch (effect.kind) {
      case 'send':
        return this.#world.send(effect.bytes);
      case 'connect':
        return this.#world.connect((input) => this.#hear(life, input));
      case 'disconnect':
        return this.#world.disconnect();
      case 'timer':
        return this.#world.timer(effect.after_ms, () => this.#hear(life, { kind: 'tick' }));
      case 'unseal':
        return void this.#enqueue(() => this.#unseal(life, effect.share, effect.keep));
      case 'event':
        return this.#tell(effect.event);
      case 'request':
        this.#flying += 1;
        void this.#world.request(effect).then(({ status, body }) => {
          this.#flying -= 1;
          this.#hear(life, { kind: 'answer', id: effect.id, status, body });
          if (this.#leaving) void this.#enqueue(() => this.#endIfLeft());
        });
    }
  }

  /** The share came: what is stored opens by it from now on, after it was sealed under it the first time. */
  async #unseal(life: number, share: Uint8Array, keep: boolean): Promise<Reply> {
    const device = this.#device;
    if (life !== this.#life || device === null || this.#leaving) return { kind: 'done' };
    const kept = keep ? share : null;
    const isFirst = !this.#rows.shared;
    try {
      if (isFirst) {
        const items = await this.#rows.everyItem();
        await this.#rows.replace(device.share(this.#rows.vaultKey, share, items), kept);
      } else {
        // A share that does not open what is here is never kept: the server is asked again at the next start.
        const opened = await this.#opened(share).catch(() => null);
        if (opened === null) return this.#stop('unreadable');
        opened.free();
        await this.#rows.keep(kept);
      }
    } catch {
      return this.#stop('unwritable');
    }
    this.#share = share;
    if (isFirst) return this.#step({ kind: 'command', command: { kind: 'connect' } });
    // What the closed device told of is not how things stand.
    this.#standing.clear();
    return this.#reopen();
  }

  /** The device as it is stored, under a share or without. */
  async #opened(share: Uint8Array | null): Promise<DeviceCore> {
    const { vaultKey, shared } = this.#rows;
    return this.#open({ vaultKey, shared, share }, this.#world.serverName, await this.#rows.state());
  }

  /** Under the share that was kept, if it opens what is stored: else that is forgotten, and the server asked. */
  async #openedAsKept(): Promise<DeviceCore> {
    this.#share = await this.#rows.share();
    try {
      return await this.#opened(this.#share);
    } catch (thrown) {
      if (this.#share === null) throw thrown;
      this.#share = null;
      const closed = await this.#opened(null);
      await this.#rows.keep(null);
      return closed;
    }
  }

  /** Signed out and nothing under way: keys and everything that was told are let go. */
  #endIfLeft(): Promise<Reply> {
    if (this.#flying === 0 && this.#device !== null) {
      this.#life += 1;
      this.#device.free();
      this.#device = null;
      this.#standing.clear();
      this.#world.disconnect();
      this.#world.ended();
    }
    return Promise.resolve({ kind: 'done' });
  }

  get #isLocked(): boolean {
    const told = this.#standing.get('status');
    return told?.kind === 'status' && told.status.link === 'signed_out';
  }

  #mayHear(event: Event): boolean {
    return !this.#isLocked || WHILE_LOCKED.has(event.kind);
  }

  #tell(event: Event): void {
    const wasLocked = this.#isLocked;
    const place = standing(event);
    if (place !== null) this.#standing.set(place, event);
    // What was to be compared has been: the device is someone's.
    if (event.kind === 'status' && (event.status.me ?? null) !== null) this.#standing.delete('enrolment');
    if (this.#mayHear(event)) this.#world.emit(event);
    // Whoever came in again hears what was kept from them.
    if (!wasLocked || this.#isLocked) return;
    for (const kept of this.#standing.values()) if (kept !== event) this.#world.emit(kept);
  }

  #tellRefusal({ code, detail }: Extract<Reply, { kind: 'refused' }>): void {
    const known = code === 'not_stored' ? 'internal' : code;
    this.#tell({ kind: 'problem', circle: null, code: known, detail });
  }

  async #page(circle: string, before: Uint8Array | null, limit: number): Promise<Reply> {
    const device = this.#device;
    if (device === null) return { kind: 'refused', code: 'internal', detail: 'not running' };
    if (this.#isLocked) return { kind: 'refused', code: 'signed_out', detail: 'signed out' };
    const rows = await this.#rows.items(circle, before, limit);
    const items = rows.map(({ key, value }) => device.open_item(key, value));
    const oldest = rows.at(-1)?.key ?? null;
    return { kind: 'page', items, older: rows.length < limit ? null : oldest, oldest };
  }

  /** The step is undone by opening the device from what is stored. */
  async #notStored(): Promise<Reply> {
    this.#unwritable += 1;
    if (this.#unwritable >= UNWRITABLE_MAX) return this.#stop('unwritable');
    const reply = await this.#reopen();
    return reply.kind === 'refused'
      ? reply
      : { kind: 'refused', code: 'not_stored', detail: 'The browser could not store this.' };
  }

  async #reopen(): Promise<Reply> {
    this.#life += 1;
    this.#world.disconnect();
    this.#device?.free();
    this.#device = null;
    try {
      this.#device = await (this.#share === null ? this.#openedAsKept() : this.#opened(this.#share));
    } catch {
      return this.#stop('unreadable');
    }
    const first = await this.#step({ kind: 'tick' });
    if (first.kind !== 'done') return first;
    // Goes online if enrolled, goes on with an enrolment that was cut short, else does nothing.
    return this.#step({ kind: 'command', command: { kind: 'connect' } });
  }

  #stop(why: Why): Reply {
    this.#life += 1;
    this.#device = null;
    this.#world.disconnect();
    this.#world.stopped(why);
    return { kind: 'refused', code: 'internal', detail: `stopped: ${why}` };
  }
}
