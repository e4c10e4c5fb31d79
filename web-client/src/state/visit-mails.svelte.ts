// Who got which mails about a visit, and why not: asked for when somebody wants to know.
import type { Api, MailsToPerson } from '../platform/api';

export class VisitMailList {
  people = $state.raw<MailsToPerson[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #visit: string;

  constructor(api: Api, visit: string) {
    this.#api = api;
    this.#visit = visit;
  }

  async load(): Promise<void> {
    const answer = await this.#api.visitMails(this.#visit);
    if (answer.ok) this.people = answer.body.people;
    this.progress = answer.ok ? 'ready' : 'failed';
  }
}
