// The page's end of the worker: asks with one answer each, events and stages as they come.
import type { Ask, FromWorker, Reply, Stage, ToWorker } from './messages';
import type { Event } from './types.gen';
import { startDeviceWorker } from './workers';

export interface Heard {
  event(event: Event): void;
  stage(stage: Stage): void;
}

/** What view-models need of the worker. */
export interface Client {
  ask(ask: Ask): Promise<Reply>;
  listen(heard: Heard): void;
  /** Ends the worker at once. */
  end(): void;
}

/** Starts the worker. */
export function startClient(): Client {
  const worker = startDeviceWorker();
  const open = new Map<number, (reply: Reply) => void>();
  let next = 0;
  return {
    ask(ask) {
      const id = next++;
      return new Promise((resolve) => {
        open.set(id, resolve);
        worker.postMessage({ kind: 'ask', id, ask } satisfies ToWorker);
      });
    },
    listen(heard) {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'event') heard.event(data.event);
        else if (data.kind === 'stage') heard.stage(data.stage);
        else {
          open.get(data.id)?.(data.reply);
          open.delete(data.id);
        }
      };
      // The worker's own script could not be loaded or threw at once.
      worker.onerror = () => heard.stage({ kind: 'stopped', why: 'broken' });
    },
    end: () => worker.terminate(),
  };
}
