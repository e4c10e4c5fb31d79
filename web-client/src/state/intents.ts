// One id for one intent. A lost answer is asked for again under the same id, so that the server does
// nothing twice; a new intent, or the same one after it was done, has a new id.
import type { Answer } from '../platform/api';

export class Intents {
  readonly #ids = new Map<string, string>();

  /** Sends what a person wants. `intent` is everything about it that matters. */
  async once<Body>(
    intent: readonly unknown[],
    send: (op_id: string) => Promise<Answer<Body>>,
  ): Promise<Answer<Body>> {
    const key = JSON.stringify(intent);
    const op_id = this.#ids.get(key) ?? crypto.randomUUID();
    this.#ids.set(key, op_id);
    const answer = await send(op_id);
    if (answer.ok) this.#ids.delete(key);
    return answer;
  }
}
