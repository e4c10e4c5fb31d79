// What the agency has done by itself, for administrators: when it runs, how it ended.
import type { Answer, Api, ClockJump, Job, JobName, JobTerms, Jobs, LocalTime } from '../platform/api';

export class JobList {
  told = $state.raw<Jobs | null>(null);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.jobs();
    if (answer.ok) this.told = answer.body;
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Pauses it, or has it run again; the code of the refusal, or null when done. */
  toggle(job: Job): Promise<string | null> {
    const paused = typeof job.paused_at === 'number';
    return this.#then(paused ? this.#api.resumeJob(job.name) : this.#api.pauseJob(job.name));
  }

  /** Has it run once now. */
  run(job: Job): Promise<string | null> {
    return this.#then(this.#api.runJob(job.name));
  }

  /** Says when it runs. */
  change(name: JobName, terms: JobTerms): Promise<string | null> {
    return this.#then(this.#api.changeJob(name, terms));
  }

  /** The server's clock is right as it is, though it jumped. */
  confirmClock(jump: ClockJump): Promise<string | null> {
    return this.#then(this.#api.confirmClock({ jump: jump.id }));
  }

  /** The list is the server's word on what came of it. */
  async #then(asked: Promise<Answer<null>>): Promise<string | null> {
    const answer = await asked;
    if (!answer.ok) return answer.code;
    await this.load();
    return null;
  }
}

/** When an expression would run, asked while it is being written: only the newest answer counts. */
export class JobPreviewing {
  runs = $state.raw<LocalTime[]>([]);
  refused = $state<string | null>(null);
  readonly #api: Api;
  #asked = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  async show(expression: string, bothDays: boolean): Promise<void> {
    const asked = ++this.#asked;
    const answer = await this.#api.previewJob({ expression, both_days: bothDays });
    if (asked !== this.#asked) return;
    this.runs = answer.ok ? answer.body.next_runs : [];
    this.refused = answer.ok ? null : answer.code;
  }
}
