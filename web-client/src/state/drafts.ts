// What somebody has begun to write in each circle and has not sent: it is there when they come back from another page.
// Never stored: it is gone when the person signs out, with everything else that the frame holds.
import type { CircleId, Urgency } from '../core/types.gen';

export interface Draft {
  text: string;
  urgency: Urgency;
}
const NOTHING: Draft = { text: '', urgency: 'routine' };

/** What remains in the box once something was sent: whoever wrote on meanwhile loses nothing of it. */
export function remaining(written: string, sent: string): string {
  return written.startsWith(sent) ? written.slice(sent.length).trimStart() : written;
}

export class Drafts {
  readonly #kept = new Map<CircleId, Draft>();

  /** What was begun in a circle. */
  of(circle: CircleId): Draft {
    return this.#kept.get(circle) ?? NOTHING;
  }

  keep(circle: CircleId, draft: Draft): void {
    this.#kept.set(circle, draft);
  }

  /** It was sent. */
  forget(circle: CircleId): void {
    this.#kept.delete(circle);
  }
}
