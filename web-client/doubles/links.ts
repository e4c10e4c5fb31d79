// A double of a client's booking links: made, listed, taken back. What they open is not here.
import type { BookingLink, MakeBookingLink } from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import { people } from './story';

const DAY_US = 86_400_000_000;

export class LinksDouble {
  links: BookingLink[] = [];
  /** Nobody has said that the client's address is theirs. */
  unconfirmed = false;
  readonly #nowUs: number;

  constructor(nowMs: number) {
    this.#nowUs = nowMs * 1_000;
  }

  answer(method: string, id: string, body: unknown): Answered {
    if (method === 'GET') return good({ links: this.links });
    const known = this.links.find((link) => link.id === id);
    if (known !== undefined) {
      known.state = 'revoked';
      return good(known);
    }
    const asked = body as Partial<MakeBookingLink>;
    return asked.kind === undefined ? bad(404, 'not_found') : this.#make(body as MakeBookingLink);
  }

  #make({ kind, minutes, visit_type, from, until, workers, valid_days, mail }: MakeBookingLink): Answered {
    const link: BookingLink = {
      id: `01990000-0000-7000-b000-${String(this.links.length + 1).padStart(12, '0')}`,
      state: 'open', kind, minutes, visit_type: visit_type ?? null, from, until,
      workers: workers.length === 0 ? [people.dana.account] : workers,
      made: this.#nowUs, expires: this.#nowUs + valid_days * DAY_US, mailed: mail, mail_waits: mail && this.unconfirmed,
    };
    this.links = [link, ...this.links];
    return good({ link, path: '/b/AAECAwQFBgcICQoLDA0ODw' });
  }
}
