// What a worker is asked to see to: somebody asked for another time, or cannot be reached.
import type { Answer, Api, Task } from '../platform/api';

/** Visits that begin within so long come before everything else that waits. */
const NEAR_MS = 48 * 3_600_000;

/** What is about a visit that is near first, the soonest before the others; the rest as it came, oldest first. */
export function inOrder(tasks: readonly Task[], nowMs: number): Task[] {
  const begins = ({ kind, at }: Task): number | null => {
    if (kind === 'device_idle' || at === null || at === undefined) return null;
    const startMs = Date.parse(`${at.civil}${at.offset}`);
    return startMs > nowMs && startMs < nowMs + NEAR_MS ? startMs : null;
  };
  const near = tasks.filter((task) => begins(task) !== null).sort((a, b) => (begins(a) ?? 0) - (begins(b) ?? 0));
  return [...near, ...tasks.filter((task) => begins(task) === null)];
}

export class ToDo {
  tasks = $state.raw<Task[]>([]);
  progress = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const answer = await this.#api.tasks();
    if (answer.ok) this.tasks = inOrder(answer.body.tasks, Date.now());
    this.progress = answer.ok ? 'ready' : 'failed';
  }

  /** Ticks one off; the code of the refusal, or null when done. One that is gone already is done. */
  finish(task: Task): Promise<string | null> {
    return this.#settle(task, this.#api.finishTask(task.id));
  }

  /** The device that a task asks about is gone: circles take it out. */
  removeDevice(task: Task): Promise<string | null> {
    return this.#settle(task, this.#api.removeIdleDevice(task.id));
  }

  async #settle(task: Task, asked: Promise<Answer<null>>): Promise<string | null> {
    const answer = await asked;
    if (!answer.ok && answer.code !== 'not_found') return answer.code;
    this.tasks = this.tasks.filter(({ id }) => id !== task.id);
    return null;
  }
}
