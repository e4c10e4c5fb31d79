// What the server was asked and has not answered for more than a second: then a person is told that something is under
// way. Of anything sooner nobody needs a word.
import type { Api } from '../platform/api';

/** Sooner than this nobody wonders. */
const QUIET_MS = 1_000;

export class Waiting {
  #late = $state.raw<readonly symbol[]>([]);

  /** Something has been under way for longer than that. */
  get long(): boolean {
    return this.#late.length > 0;
  }

  /** Watches over an answer until it is there. */
  async over<Result>(answer: Promise<Result>): Promise<Result> {
    const one = Symbol('answer');
    const timer = setTimeout(() => (this.#late = [...this.#late, one]), QUIET_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      if (this.#late.includes(one)) this.#late = this.#late.filter((other) => other !== one);
    }
  }
}

type Ask = (...asked: unknown[]) => Promise<unknown>;

/** The same calls, each of them watched over. */
export function watched(api: Api, waiting: Waiting): Api {
  const calls = Object.entries(api) as unknown as [string, Ask][];
  const watching = calls.map(([name, ask]): [string, Ask] => [name, (...asked) => waiting.over(ask(...asked))]);
  return Object.fromEntries(watching) as unknown as Api;
}
