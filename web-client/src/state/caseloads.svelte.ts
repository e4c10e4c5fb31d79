// Who serves whom, as a supervisor sees it: names and numbers, nothing of what is said.
import type { Answer, Api, ManagerLoad, ServedClient } from '../platform/api';
import { Intents } from './intents';

export class CaseloadsView {
  clients = $state.raw<ServedClient[]>([]);
  managers = $state.raw<ManagerLoad[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  refused = $state<string | null>(null);
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.caseloads();
    if (answer.ok) ({ clients: this.clients, managers: this.managers } = answer.body);
    this.refused = answer.ok ? null : answer.code;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Clients whom nobody serves. */
  get alone(): ServedClient[] {
    return this.clients.filter(({ served_by }) => served_by.length === 0);
  }

  /** Those whose name fits, by name; `waiting`: only those for whom something is to be done. */
  found(name: string, waiting: boolean, language: string): ServedClient[] {
    const wanted = plain(name);
    return this.clients
      .filter((client) => plain(client.name).includes(wanted) && (!waiting || client.tasks > 0))
      .sort((a, b) => a.name.localeCompare(b.name, language));
  }

  /** The code of the refusal, or null when done. */
  async assign(client: string, staff: string): Promise<string | null> {
    return this.#done(
      await this.#intents.once(['assign', client, staff], (op_id) => this.#api.assignClient({ op_id, client, staff })),
    );
  }

  async end(client: string, staff: string): Promise<string | null> {
    return this.#done(
      await this.#intents.once(['end', client, staff], (op_id) => this.#api.endAssignment({ op_id, client, staff })),
    );
  }

  async #done(answer: Answer<null>): Promise<string | null> {
    if (!answer.ok) return answer.code;
    await this.load();
    return null;
  }
}

/** Letters alone: without accents, in lower case. */
function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
}
