// Links by which a client books a visit by themselves: how they stand, one more, one taken back. What opens a
// link comes once, when it is made, and is kept only as long as it is shown.
import type { Api, AppointmentKind, BookingLink, MakeBookingLink, VisitType } from '../platform/api';
import { KINDS } from './booking.svelte';
import { addDays } from './days';
import { Intents } from './intents';

/** Nobody chooses when a court sits. */
export const LINK_KINDS: readonly AppointmentKind[] = KINDS.filter((kind) => kind !== 'court');
/** How long a link may be good, days (protocol `BOOKING_LINK_DAYS_MAX` is the most). */
export const VALID_DAYS = [3, 7, 14, 30] as const;
/** Days that a link may offer, at most (protocol `SLOT_DAYS_MAX`). */
export const SPAN_DAYS_MAX = 62;
const FIRST_GUESS_DAYS = 14;

/** A link as it is being written. Days are calendar days, "2026-12-01". */
export interface LinkDraft {
  /** Empty: of no kind in particular. */
  visitType: string;
  kind: AppointmentKind;
  minutes: number;
  meetingLink: string;
  from: string;
  until: string;
  /** Accounts; empty: whoever makes it. */
  workers: string[];
  validDays: number;
  mail: boolean;
}

/** What a new one begins with. */
export function freshDraft(today: string): LinkDraft {
  const from = addDays(today, 1);
  return {
    visitType: '', kind: 'phone', minutes: 30, meetingLink: '', from, until: addDays(from, FIRST_GUESS_DAYS - 1),
    workers: [], validDays: 7, mail: false,
  };
}

function body(draft: LinkDraft): Omit<MakeBookingLink, 'op_id'> {
  const link = draft.meetingLink.trim();
  return {
    kind: draft.kind,
    minutes: draft.minutes,
    visit_type: draft.visitType === '' ? null : draft.visitType,
    meeting_link: draft.kind === 'video' && link !== '' ? link : null,
    from: draft.from,
    until: draft.until,
    workers: draft.workers,
    valid_days: draft.validDays,
    mail: draft.mail,
  };
}

export class ClientLinks {
  list = $state.raw<BookingLink[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  /** The kinds of visits that the agency offers. */
  types = $state.raw<VisitType[]>([]);
  /** Where the link leads that was just made, on this server. */
  path = $state<string | null>(null);
  /** Which one that is. */
  #shown: string | null = null;
  readonly #api: Api;
  readonly #client: string;
  readonly #intents = new Intents();

  constructor(api: Api, client: string) {
    this.#api = api;
    this.#client = client;
  }

  async load(): Promise<void> {
    const [links, types] = await Promise.all([this.#api.bookingLinks(this.#client), this.#api.visitTypes()]);
    if (types.ok) this.types = types.body.visit_types;
    if (links.ok) this.list = links.body.links;
    this.progress = links.ok ? 'ready' : 'failed';
  }

  /** The draft as that kind of visit has it. */
  as(visitType: string, draft: LinkDraft): LinkDraft {
    const chosen = this.types.find(({ id }) => id === visitType);
    if (chosen === undefined) return { ...draft, visitType: '' };
    return { ...draft, visitType, kind: chosen.terms.kind, minutes: chosen.terms.minutes };
  }

  /** Makes one; the code of the refusal, or null when done. */
  async make(draft: LinkDraft): Promise<string | null> {
    const asked = body(draft);
    const answer = await this.#intents.once(['make', asked], (op_id) =>
      this.#api.makeBookingLink(this.#client, { op_id, ...asked }),
    );
    if (!answer.ok) return answer.code;
    const { link, path } = answer.body;
    this.list = [link, ...this.list.filter(({ id }) => id !== link.id)];
    this.path = path ?? null;
    this.#shown = link.id;
    return null;
  }

  /** Takes one back; the code of the refusal, or null when done. The one that is shown stays, if it is another. */
  async revoke(id: string): Promise<string | null> {
    const answer = await this.#intents.once(['revoke', id], (op_id) => this.#api.revokeBookingLink(id, { op_id }));
    if (!answer.ok) return answer.code;
    const revoked = answer.body;
    this.list = this.list.map((one) => (one.id === id ? revoked : one));
    if (id === this.#shown) this.path = null;
    return null;
  }
}
