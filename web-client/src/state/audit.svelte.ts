// Pages of the audit log: for a client who has looked at their record, for reviewers what they ask.
import type { Answer, AuditEntry, AuditPage } from '../platform/api';

export class Entries {
  entries = $state.raw<AuditEntry[]>([]);
  progress = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  next = $state<string | null>(null);
  /** Why the last answer was refused. */
  refused = $state<string | null>(null);
  /** Raised by each new question: an answer to an older one is dropped. */
  #asked = 0;

  /** The first page of an answer. */
  async load(read: () => Promise<Answer<AuditPage>>): Promise<void> {
    this.entries = [];
    this.next = null;
    await this.#take(read);
  }

  /** The page after the last one. */
  async more(read: (before: string) => Promise<Answer<AuditPage>>): Promise<void> {
    const before = this.next;
    if (before !== null) await this.#take(() => read(before));
  }

  async #take(read: () => Promise<Answer<AuditPage>>): Promise<void> {
    this.progress = 'loading';
    const asked = ++this.#asked;
    const answer = await read();
    if (asked !== this.#asked) return;
    if (answer.ok) {
      this.entries = [...this.entries, ...answer.body.entries];
      this.next = answer.body.next ?? null;
    }
    this.refused = answer.ok ? null : answer.code;
    this.progress = answer.ok ? 'ready' : 'failed';
  }
}

/** The same thing done by one person on one day. */
export interface Deed {
  act: string;
  denied: boolean;
  count: number;
  lastMs: number;
}

/** One person on one day. */
export interface Visitor {
  /** The person; empty for the server itself. */
  person: string;
  name: string | null;
  role: AuditEntry['role'];
  /** In the client's place. */
  acting: boolean;
  deeds: Deed[];
}

export interface Day {
  /** A moment of the day, for its name. */
  atMs: number;
  key: string;
  visitors: Visitor[];
}

const dayOf = (ms: number): string => new Date(ms).toDateString();

/** Entries, newest first, by day in the viewer's zone and then by person. `kind` names what an act is to people. */
export function byDay(entries: readonly AuditEntry[], kind: (act: string) => string): Day[] {
  const days: Day[] = [];
  for (const { at, person, name, role, act, denied, purpose } of entries) {
    const atMs = at / 1_000;
    const key = dayOf(atMs);
    let day = days.find((one) => one.key === key);
    if (day === undefined) days.push((day = { key, atMs, visitors: [] }));
    const who = person ?? '';
    const acting = purpose === 'acting_for';
    let visitor = day.visitors.find((one) => one.person === who && one.acting === acting);
    if (visitor === undefined) day.visitors.push((visitor = { person: who, name: name ?? null, role, acting, deeds: [] }));
    const stopped = typeof denied === 'string';
    const same = kind(act);
    const deed = visitor.deeds.find((one) => kind(one.act) === same && one.denied === stopped);
    if (deed === undefined) visitor.deeds.push({ act, denied: stopped, count: 1, lastMs: atMs });
    else deed.count += 1;
  }
  return days;
}

/** The microseconds at which a calendar day begins here, `plus` days on; null if it is not a day. */
export function startOf(day: string, plus = 0): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (found === null) return null;
  const [year, month, date] = found.slice(1).map(Number) as [number, number, number];
  return new Date(year, month - 1, date + plus).getTime() * 1_000;
}
