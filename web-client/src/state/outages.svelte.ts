// The times when nothing was sent, and whom this worker should call because of it.
import type { Api, Outage } from '../platform/api';

export class OutageList {
  list = $state.raw<Outage[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  /** People whom nobody has called yet. */
  readonly waiting = $derived(
    this.list.flatMap(({ calls }) => calls).filter(({ called }) => called === undefined || called === null).length,
  );
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.outages();
    if (answer.ok) this.list = answer.body.outages;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** This worker has called them; the code of the refusal, or null when noted. */
  async call(outage: string, participant: string): Promise<string | null> {
    const answer = await this.#api.noteCall(outage, { participant });
    if (!answer.ok) return answer.code;
    this.list = answer.body.outages;
    return null;
  }
}
