// A person's device without a screen: the real `carecircle-device`, with a directory of its own.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Server } from './server.ts';

const ROOT = join(import.meta.dirname, '../..');
const BINARY = process.env['CARECIRCLE_TEST_DEVICE'] ?? join(ROOT, 'target/debug/carecircle-device');
/** The longest that anything may take to arrive. */
const WAIT_MS_MAX = 60_000;
const run = promisify(execFile);

/** One entry of a conversation, as `watch --json` prints it. */
export interface Heard {
  title: string;
  from: string | null;
  item: { content: { kind: string; text?: string; took_ms?: number | null } };
}

export class Native {
  readonly name: string;
  readonly #data: string;
  readonly #heard: Heard[] = [];
  readonly #waiting = new Set<() => void>();
  #watch: ChildProcess | null = null;

  private constructor(name: string) {
    this.name = name;
    this.#data = mkdtempSync(join(tmpdir(), 'carecircle-native-'));
  }

  /** Makes a device of the person whose link the server printed. */
  static async enrol(name: string, server: Server): Promise<Native> {
    const native = new Native(name);
    const authority = join(ROOT, 'certs-dev/ca.crt');
    await native.#run('enrol', '--link', server.link(name), '--ca', authority);
    return native;
  }

  /** Sends and waits until the server has it. One program at a time owns the device. */
  async send(circle: string, text: string): Promise<void> {
    const watched = this.#watch !== null;
    await this.#end();
    await this.#run('send', '--circle', circle, text);
    if (watched) this.watch();
  }

  /** What this device has counted about itself. */
  async counters(): Promise<Record<string, number>> {
    await this.#end();
    return JSON.parse(await this.#run('counters', '--json')) as Record<string, number>;
  }

  /** The circles that its person is in, as it prints them. */
  async circles(): Promise<string> {
    await this.#end();
    return this.#run('circles');
  }

  /** Every text that it has heard. */
  texts(): string[] {
    return this.#heard.flatMap(({ item }) => item.content.text ?? []);
  }

  /** Listens from now on. */
  watch(): void {
    const child = spawn(BINARY, ['watch', '--json', '--data', this.#data], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#watch = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#heard.push(JSON.parse(line) as Heard);
      for (const look of this.#waiting) look();
    });
  }

  /** Goes offline until it watches again. */
  rest(): Promise<void> {
    return this.#end();
  }

  /** Waits for an entry of a circle; an earlier one counts too. */
  hears(circle: string, fits: (content: Heard['item']['content']) => boolean): Promise<Heard> {
    return new Promise((found, failed) => {
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        failed(new Error(`${this.name} heard only ${JSON.stringify(this.#heard.map(({ item }) => item.content))}`));
      }, WAIT_MS_MAX);
      const look = (): void => {
        const entry = this.#heard.find(({ title, item }) => title === circle && fits(item.content));
        if (entry === undefined) return;
        clearTimeout(late);
        this.#waiting.delete(look);
        found(entry);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Waits for a message. */
  async reads(circle: string, text: string): Promise<void> {
    await this.hears(circle, (content) => content.text === text);
  }

  async leave(): Promise<void> {
    await this.#end();
    rmSync(this.#data, { recursive: true, force: true });
  }

  async #run(verb: string, ...more: string[]): Promise<string> {
    const { stdout } = await run(BINARY, [verb, ...more, '--data', this.#data], { timeout: WAIT_MS_MAX });
    return stdout;
  }

  async #end(): Promise<void> {
    const child = this.#watch;
    this.#watch = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((gone) => child.once('exit', gone));
    child.kill('SIGINT');
    await ended;
  }
}
