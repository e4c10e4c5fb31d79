// The days on which the agency is closed: staff read them, those who keep them add some and take some off.
import type { Api, ClosedDays, Closure } from '../platform/api';
import { Intents } from './intents';

export class Closures {
  /** Soonest first. */
  list = $state.raw<Closure[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.closures();
    if (answer.ok) this.list = answer.body.closures;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Adds some days; the code of the refusal, or null when done. */
  async add(days: ClosedDays): Promise<string | null> {
    const answer = await this.#intents.once(['close', days], (op_id) => this.#api.addClosure({ op_id, days }));
    if (!answer.ok) return answer.code;
    const others = this.list.filter(({ id }) => id !== answer.body.id);
    this.list = [...others, answer.body].sort((a, b) => order(a).localeCompare(order(b)));
    return null;
  }

  /** The agency is open then after all; the code of the refusal, or null when done. What is gone already is done. */
  async end(id: string): Promise<string | null> {
    const answer = await this.#api.endClosure(id);
    if (!answer.ok && answer.code !== 'not_found') return answer.code;
    this.list = this.list.filter((one) => one.id !== id);
    return null;
  }
}

function order({ id, days }: Closure): string {
  return [days.from, days.until, id].join(' ');
}
