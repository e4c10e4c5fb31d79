// A double of the agency's jobs and of one outage, for browser checks. Expressions are not read: one
// with five fields runs every day at three, anything else is refused as the real one refuses it.
import type { ClockJump, Job, JobPreview, JobTerms, Jobs, LocalTime, Outages } from '../src/platform/api';
import { bad, good, type Answered } from './answered';
import { PhonesDouble } from './phones';
import { people } from './story';

const ZONE = 'America/Chicago';
const DAY = 86_400_000;
const DONE: Answered = { status: 204, body: null };
const NAMES = ['agenda', 'retention', 're_resolve', 'reconciliation', 'series', 'digest'] as const;
const OUTAGE = '01990000-0000-7000-c000-000000000001';

export class JobsDouble {
  readonly #nowMs: number;
  #jobs: Job[];
  /** How the clock jumped, while nobody has said that it is right. */
  clock: ClockJump | null = null;
  #called: Record<string, { at: number; by: string }> = {};

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#jobs = NAMES.map((name, at) => ({
      name,
      terms: { expression: `15 ${String(at + 3)} * * *`, both_days: false, misfire: 'run_once', catch_up: 1 },
      asked: false,
      running: false,
      next_runs: this.#runs(),
      started_at: (nowMs - DAY) * 1_000,
      ended_at: (nowMs - DAY + 2_000) * 1_000,
      outcome: 'done',
      did: at,
    }));
  }

  jobs(): Jobs {
    const { clock } = this;
    const told = { jobs: this.#jobs, zone: ZONE, heard_at: this.#nowMs * 1_000, alarm: clock !== null };
    return clock === null ? told : { ...told, clock };
  }

  /** Somebody sets the clock two hours ahead. */
  jump(): void {
    const expected = this.#nowMs * 1_000;
    const shown = expected + 2 * 3_600_000_000;
    this.clock = { id: '01990000-0000-7000-c000-00000000000a', expected, shown, now: shown + 60_000_000 };
  }

  outages(): Outages {
    const call = (participant: string, who: 'maria' | 'ana', clock: string) => ({
      participant,
      name: people[who].name,
      phone: new PhonesDouble().of(people[who].person),
      client: people.maria.person,
      client_name: people.maria.name,
      appointment: '01990000-0000-7000-c000-000000000009',
      at: this.#at(0, clock),
      steps: ['one_hour' as const],
      ...(this.#called[participant] === undefined ? {} : { called: this.#called[participant] }),
    });
    const calls = [
      call('01990000-0000-7000-c000-000000000002', 'maria', '05:00'),
      call('01990000-0000-7000-c000-000000000003', 'ana', '05:00'),
    ];
    return { outages: [{ id: OUTAGE, from: this.#at(0, '02:10'), until: this.#at(0, '06:40'), not_sent: 4, calls }] };
  }

  call(_outage: string, participant: string): Outages {
    this.#called = { ...this.#called, [participant]: { at: this.#nowMs * 1_000, by: people.dana.name } };
    return this.outages();
  }

  answer(method: string, path: string[], body: unknown): Answered {
    const [first, name = '', act] = path;
    if (first === 'outages') {
      return method === 'GET'
        ? good(this.outages())
        : good(this.call(name, (body as { participant: string }).participant));
    }
    if (method === 'GET') return good(this.jobs());
    if (name === 'clock') {
      if ((body as { jump: string }).jump !== this.clock?.id) return bad(404, 'not_found');
      this.clock = null;
      return DONE;
    }
    if (name === 'preview') return this.#preview(body as { expression: string; both_days?: boolean });
    if (method === 'PUT') {
      const terms = body as JobTerms;
      const preview = this.#preview(terms);
      if (preview.status !== 200) return preview;
      this.#change(name, (job) => ({ ...job, terms }));
      return DONE;
    }
    const paused_at = this.#nowMs * 1_000;
    if (act === 'pause') this.#change(name, (job) => ({ ...job, paused_at, next_runs: [] }));
    if (act === 'resume') this.#change(name, (job) => ({ ...job, paused_at: null, next_runs: this.#runs() }));
    if (act === 'run') this.#change(name, (job) => ({ ...job, asked: true }));
    return DONE;
  }

  #preview({ expression, both_days }: { expression: string; both_days?: boolean }): Answered {
    const fields = expression.trim().split(/\s+/);
    if (fields.length !== 5) return bad(400, 'cron_fields');
    if (fields[2] !== '*' && fields[4] !== '*' && both_days !== true) return bad(400, 'cron_both_days');
    if (!/^[-*/,\da-z ]+$/i.test(expression)) return bad(400, 'cron_malformed');
    return good({ next_runs: this.#runs() } satisfies JobPreview);
  }

  #change(name: string, change: (job: Job) => Job): void {
    this.#jobs = this.#jobs.map((job) => (job.name === name ? change(job) : job));
  }

  #runs(): LocalTime[] {
    return [1, 2, 3, 4, 5].map((days) => this.#at(days, '03:15'));
  }

  #at(days: number, clock: string): LocalTime {
    const day = new Date(this.#nowMs + days * DAY).toISOString().slice(0, 10);
    return { civil: `${day}T${clock}`, offset: '-06:00', zone: ZONE };
  }
}
