// The feed of one's own calendar for another program: whether there is one, another one in its place, none any more.
// Its address comes once, when it is made, and is kept only as long as it is shown.
import type { Api } from '../platform/api';
import { Intents } from './intents';

export class OwnFeed {
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  /** Since when there is one, milliseconds; null: there is none. */
  sinceMs = $state<number | null>(null);
  /** Where it lies that was just made, on this server. */
  path = $state<string | null>(null);
  busy = $state(false);
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.calendarFeed();
    if (answer.ok) this.#take(answer.body.made, null);
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Makes one, in the place of the one there is; the code of the refusal, or null when done. */
  async make(): Promise<string | null> {
    this.busy = true;
    const answer = await this.#intents.once(['make'], (op_id) => this.#api.makeCalendarFeed({ op_id }));
    this.busy = false;
    if (!answer.ok) return answer.code;
    this.#take(answer.body.feed.made, answer.body.path);
    return null;
  }

  /** Ends it; the code of the refusal, or null when done. */
  async end(): Promise<string | null> {
    this.busy = true;
    const answer = await this.#api.endCalendarFeed();
    this.busy = false;
    if (!answer.ok) return answer.code;
    this.#take(null, null);
    return null;
  }

  #take(made: number | null | undefined, path: string | null | undefined): void {
    this.sinceMs = made === null || made === undefined ? null : made / 1_000;
    this.path = path ?? null;
  }
}
