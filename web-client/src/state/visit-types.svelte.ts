// The kinds of visits that the agency offers, for those who say what they are.
import type { Answer, Api, VisitTerms, VisitType } from '../platform/api';
import { Intents } from './intents';

/** What a new kind begins with. */
export const FRESH: VisitTerms = {
  name: '', kind: 'video', minutes: 30, before_minutes: 0, after_minutes: 0, travel_minutes: 0,
  notice_minutes: 0, days_ahead: 90, per_day_max: null,
};

export class VisitKinds {
  list = $state.raw<VisitType[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;
  readonly #intents = new Intents();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.visitTypes();
    if (answer.ok) this.list = answer.body.visit_types;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Adds one, or changes the one that is named; the code of the refusal, or null when done. */
  async save(id: string | null, terms: VisitTerms): Promise<string | null> {
    const answer: Answer<VisitType> = id === null
      ? await this.#intents.once(['add', terms], (op_id) => this.#api.addVisitType({ op_id, terms }))
      : await this.#api.changeVisitType(id, terms);
    if (!answer.ok) return answer.code;
    const saved = answer.body;
    const known = this.list.some((one) => one.id === saved.id);
    this.list = known ? this.list.map((one) => (one.id === saved.id ? saved : one)) : [...this.list, saved];
    return null;
  }

  /** Offers one no longer; the code of the refusal, or null when done. One that is gone already is done. */
  async end(id: string): Promise<string | null> {
    const answer = await this.#api.endVisitType(id);
    if (!answer.ok && answer.code !== 'not_found') return answer.code;
    this.list = this.list.filter((one) => one.id !== id);
    return null;
  }
}
