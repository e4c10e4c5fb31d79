// New keys for a person who has lost every device and the recovery code: a case manager begins it with
// the person present, the person opens the link, both compare numbers. What is shown follows from what
// the circles show; only the link is of this page.
import type { CircleView, MemberView } from '../core/types.gen';
import type { Api, NewKeys as Link } from '../platform/api';
import { Intents } from './intents';

export type Stage =
  | { kind: 'before' }
  /** The link is shown; nobody has come with new keys yet. */
  | { kind: 'link' }
  /** They came: both compare. */
  | { kind: 'compare'; member: MemberView }
  /** The numbers were the same; the circles take them in. */
  | { kind: 'letting' }
  | { kind: 'done' };

export class NewKeys {
  link = $state.raw<Link | null>(null);
  /** The code of the last refusal. */
  refused = $state<string | null>(null);
  /** Both have said that the numbers are the same. */
  compared = $state(false);
  readonly #api: Api;
  readonly #person: string;
  readonly #intents = new Intents();

  constructor(api: Api, person: string) {
    this.#api = api;
    this.#person = person;
  }

  /** Ends every device of the person and gets the link to begin anew. */
  async begin(): Promise<void> {
    this.compared = false;
    const answer = await this.#intents.once(['new keys', this.#person], (op_id) =>
      this.#api.newKeys(this.#person, { op_id }),
    );
    this.refused = answer.ok ? null : answer.code;
    if (answer.ok) this.link = answer.body;
  }

  stage(circles: readonly CircleView[], account: string): Stage {
    const here = circles.flatMap(({ members }) => members).filter((one) => one.account === account);
    const member = here.find(({ new_key }) => new_key);
    if (member !== undefined) return { kind: 'compare', member };
    if (!this.compared) return { kind: this.link === null ? 'before' : 'link' };
    const inside = here.filter(({ state }) => state !== 'left');
    const back = inside.every(({ state, verified }) => state === 'confirmed' && verified);
    return { kind: back ? 'done' : 'letting' };
  }
}
