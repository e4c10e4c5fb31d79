// A double of a case manager's calendar feed: made, replaced, ended. The calendar file itself is not here.
import type { CalendarFeedMade } from '../src/platform/api';
import { bad, good, type Answered } from './answered';

export class FeedDouble {
  /** Where it lies; null: there is none. */
  path: string | null = null;
  #made = 0;
  readonly #nowUs: number;

  constructor(nowMs: number) {
    this.#nowUs = nowMs * 1_000;
  }

  answer(method: string, allowed: boolean, stale: boolean): Answered {
    if (!allowed) return bad(403, 'not_allowed');
    if (method === 'POST' && stale) return bad(403, 'step_up_required');
    if (method === 'POST') this.path = `/f/AAECAwQFBgcICQoLDA0O${String(++this.#made).padStart(2, '0')}.ics`;
    if (method === 'DELETE') {
      this.path = null;
      return { status: 204, body: null };
    }
    const feed = { made: this.path === null ? null : this.#nowUs };
    return good(method === 'POST' ? ({ feed, path: this.path } satisfies CalendarFeedMade) : feed);
  }
}
