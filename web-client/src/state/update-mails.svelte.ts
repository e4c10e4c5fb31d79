// The last mails to a person that said that messages wait, and what became of each.
import type { Api, UpdateMail } from '../platform/api';

export class UpdateMailList {
  list = $state.raw<UpdateMail[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #person: string;

  constructor(api: Api, person: string) {
    this.#api = api;
    this.#person = person;
  }

  async load(): Promise<void> {
    const answer = await this.#api.updateMails(this.#person);
    if (answer.ok) this.list = answer.body.mails;
    this.progress = answer.ok ? 'ready' : 'failed';
  }
}
