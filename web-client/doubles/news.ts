// What a journey lets happen to the doubles of the device core in its browsers, and a second device on
// its way from one browser to another. Node's side; the double's side is in device.ts.
import type { CircleView, Command, Event, Item, Joining } from '../src/core/types.gen';

export type Happening =
  | { kind: 'event'; event: Event }
  | { kind: 'circle'; circle: string; change: Partial<CircleView> }
  | { kind: 'items'; circle: string; items: Item[] }
  | { kind: 'joining'; joining: Joining | null }
  /** Whoever waits to be confirmed has been. */
  | { kind: 'confirmed' };

interface Enrolment {
  state: 'made' | 'claimed' | 'approved' | 'declined';
  code: string | null;
}

/** The answer to one poll. */
export interface News {
  next: number;
  happenings: Happening[];
  enrolment: Enrolment | null;
}

const DIGITS = '482913';

export class Newsroom {
  /** Commands that the doubles were asked and cannot show. */
  readonly commands: Command[] = [];
  /** Whether nobody has shown lately that it is them: then no keys are given away. */
  stale: () => boolean = () => false;
  readonly #happenings: Happening[] = [];
  readonly #enrolments = new Map<string, Enrolment>();

  happen(...happenings: Happening[]): void {
    this.#happenings.push(...happenings);
  }

  answer(method: string, url: URL, body: unknown): { status: number; body: unknown } {
    const [first, id = '', act] = url.pathname.split('/').slice(3);
    if (first === 'commands') {
      this.commands.push(body as Command);
      return { status: 200, body: {} };
    }
    if (first === 'news') return { status: 200, body: this.#news(url.searchParams) };
    const gives = first === 'codes' || (first === 'enrolments' && (id === '' || act === 'approve'));
    if (method === 'POST' && gives && this.stale()) return { status: 403, body: { code: 'step_up_required' } };
    if (method === 'POST' && first === 'codes') return { status: 200, body: {} };
    if (method !== 'POST' || first !== 'enrolments') return { status: 404, body: { code: 'not_found' } };
    return id === '' ? this.#make() : this.#enrol(id, act ?? '');
  }

  #news(query: URLSearchParams): News {
    const after = Number(query.get('after'));
    return {
      next: this.#happenings.length,
      // A device that has just come in hears what happens from then on.
      happenings: after < 0 ? [] : this.#happenings.slice(after),
      enrolment: this.#enrolments.get(query.get('enrolment') ?? '') ?? null,
    };
  }

  #make(): { status: number; body: unknown } {
    const id = `e${this.#enrolments.size + 1}`;
    this.#enrolments.set(id, { state: 'made', code: null });
    return { status: 200, body: { id } };
  }

  #enrol(id: string, act: string): { status: number; body: unknown } {
    const enrolment = this.#enrolments.get(id);
    if (enrolment === undefined) return { status: 404, body: { code: 'enrolment_gone' } };
    if (act === 'claim') {
      if (enrolment.state !== 'made') return { status: 409, body: { code: 'enrolment_taken' } };
      Object.assign(enrolment, { state: 'claimed', code: DIGITS });
      return { status: 200, body: { code: DIGITS } };
    }
    Object.assign(enrolment, { state: act === 'approve' ? 'approved' : 'declined', code: null });
    return { status: 200, body: {} };
  }
}
