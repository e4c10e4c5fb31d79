// The page's end of the worker: asks with one answer each, events and stages as they come.
import workerUrl from './worker.ts?worker&url';
import type { Ask, FromWorker, Reply, Stage, ToWorker } from './messages';
import type { Event } from './types.gen';

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

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): {
    createScriptURL(url: string): unknown;
  };
}

/** The page's policy lets a worker start only from an address of this named policy, which knows one. */
function trusted(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types === undefined) return url;
  const policy = types.createPolicy('carecircle', {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError('not the worker');
      return asked;
    },
  });
  return policy.createScriptURL(url) as string;
}

/** Starts the worker. */
export function startClient(): Client {
  const worker = new Worker(trusted(workerUrl), { type: 'module', name: 'carecircle' });
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
