// After a consent was withdrawn: follows the circles that it had opened until the timeline of each shows
// the removal. Only that is proof that no later message can be opened: a list of members is the server's.
import type { CircleId, CircleView, Event } from '../core/types.gen';

/** What of the app this needs. */
export interface Circles {
  circle(id: CircleId): CircleView | undefined;
  listen(listener: (event: Event) => void): () => void;
}

export type Stage =
  /** The server has not answered yet, or refused. */
  | { kind: 'idle' }
  /** No circle that this device sees is concerned. */
  | { kind: 'unseen' }
  | { kind: 'removing'; remaining: number }
  /** `tookMs` is from the end of the right to the last circle's new epoch. */
  | { kind: 'done'; tookMs: number };

export class Withdrawal {
  stage = $state.raw<Stage>({ kind: 'idle' });
  readonly #account: string;
  readonly #circles: Circles;
  /** Circles in which the person still is. */
  readonly #left: Set<CircleId>;
  readonly #followed: number;
  readonly #now: () => number;
  #sinceMs = 0;
  #tookMs = 0;
  #withdrawn = false;
  readonly #stop: () => void;

  /** Listens from now on: the removal may be done before the answer to the withdrawal comes. */
  constructor(circles: Circles, account: string, messagesIn: readonly CircleId[], now: () => number) {
    this.#circles = circles;
    this.#account = account;
    this.#left = new Set(messagesIn.filter((id) => this.#isIn(id)));
    this.#followed = this.#left.size;
    this.#now = now;
    this.#sinceMs = now();
    this.#stop = circles.listen((event) => this.#hear(event));
  }

  /** The server was asked; the code of its refusal, or null once it has written the withdrawal down. */
  async begin(asked: Promise<string | null>): Promise<string | null> {
    const refused = await asked;
    this.#withdrawn = refused === null;
    this.#show();
    return refused;
  }

  /** Nobody looks any more. */
  end(): void {
    this.#stop();
  }

  #isIn(id: CircleId): boolean {
    const circle = this.#circles.circle(id);
    if (circle === undefined || circle.phase === 'waiting') return false;
    return circle.members.some(({ account, state }) => account === this.#account && state === 'confirmed');
  }

  #hear(event: Event): void {
    if (event.kind !== 'items' || !this.#left.has(event.circle)) return;
    for (const { content } of event.items) {
      if (content.kind !== 'removed' || !content.accounts.includes(this.#account)) continue;
      this.#taken(event.circle, content.took_ms ?? null);
    }
  }

  #taken(id: CircleId, tookMs: number | null): void {
    this.#left.delete(id);
    this.#tookMs = Math.max(this.#tookMs, tookMs ?? this.#now() - this.#sinceMs);
    this.#show();
  }

  #show(): void {
    if (!this.#withdrawn) return;
    if (this.#followed === 0) this.stage = { kind: 'unseen' };
    else if (this.#left.size > 0) this.stage = { kind: 'removing', remaining: this.#left.size };
    else this.stage = { kind: 'done', tookMs: this.#tookMs };
  }
}
