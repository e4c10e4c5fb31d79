// The page's end of the worker: asks with one answer each, events and stages as they come. A worker ends with
// the log-off; the next one starts when somebody signs in again, here or in another tab.
import { PROFILE, type Ask, type BetweenTabs, type FromWorker, type Reply, type Stage, type ToWorker } from './messages';
import type { Event } from './types.gen';
import { startDeviceWorker } from './workers';

export interface Heard {
  event(event: Event): void;
  stage(stage: Stage): void;
}

/** What view-models need of the worker. */
export interface Client {
  ask(ask: Ask): Promise<Reply>;
  /** From now on this one hears, in the place of whoever did before. */
  listen(heard: Heard): void;
  /** Ends the worker at once. */
  end(): void;
}

/** Starts the worker. */
export function startClient(): Client {
  const client = new WorkerClient();
  client.start();
  return client;
}

class WorkerClient implements Client {
  #worker: Worker | null = null;
  #heard: Heard | null = null;
  /** Whether the worker takes asks: one that starts or ends would lose them. */
  #ready = false;
  /** The person signed out: the worker ends, or has ended. */
  #locked = false;
  /** Hears that another tab opens the device again, while there is no worker here. */
  #others: BroadcastChannel | null = null;
  readonly #open = new Map<number, (reply: Reply) => void>();
  #waiting: ToWorker[] = [];
  #next = 0;

  start(): void {
    if (this.#worker !== null) return;
    this.#others?.close();
    this.#others = null;
    const worker = startDeviceWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    // The worker's own script could not be loaded or threw at once.
    worker.onerror = () => this.#enter({ kind: 'stopped', why: 'broken' });
  }

  ask(ask: Ask): Promise<Reply> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      const message: ToWorker = { kind: 'ask', id, ask };
      if (this.#ready) this.#worker?.postMessage(message);
      else {
        this.#waiting.push(message);
        this.start();
      }
    });
  }

  listen(heard: Heard): void {
    this.#heard = heard;
    if (this.#locked) heard.stage({ kind: 'locked' });
  }

  /** Not a method: it is handed on by itself. */
  readonly end = (): void => {
    this.#worker?.terminate();
    this.#others?.close();
  };

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'event':
        return this.#heard?.event(message.event);
      case 'stage':
        return this.#enter(message.stage);
      case 'reply':
        return this.#settle(message.id, message.reply);
      case 'ended':
        return this.#over();
    }
  }

  #enter(stage: Stage): void {
    this.#locked = stage.kind === 'locked';
    this.#ready = !this.#locked && stage.kind !== 'starting';
    if (this.#ready) {
      for (const message of this.#waiting) this.#worker?.postMessage(message);
      this.#waiting = [];
    }
    this.#heard?.stage(stage);
  }

  /** Ending the worker wipes its memory. What was asked of it and not answered is lost. */
  #over(): void {
    this.#worker?.terminate();
    this.#worker = null;
    const kept = new Set(this.#waiting.map(({ id }) => id));
    const lost = [...this.#open.keys()].filter((id) => !kept.has(id));
    for (const id of lost) this.#settle(id, { kind: 'refused', code: 'signed_out', detail: 'signed out' });
    if (this.#waiting.length > 0) return this.start();
    this.#others = new BroadcastChannel(PROFILE);
    this.#others.onmessage = ({ data }: MessageEvent<BetweenTabs>) => {
      if (data.kind === 'owner') this.start();
    };
  }

  #settle(id: number, reply: Reply): void {
    const resolve = this.#open.get(id);
    this.#open.delete(id);
    resolve?.(reply);
  }
}
