// The real server as a person starts it: `carecircle demo` on a free port with data of its own.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BINARY = process.env['CARECIRCLE_TEST_SERVER'] ?? join(ROOT, 'target/debug/carecircle');
const START_MS_MAX = 60_000;

const SPOIL = `
import glob, os, sqlite3, sys
data, kind, column = sys.argv[1:]
for path in glob.glob(os.path.join(data, '**', '*'), recursive=True):
    if not os.path.isfile(path) or open(path, 'rb').read(15) != b'SQLite format 3': continue
    with sqlite3.connect(path) as db:
        row = db.execute(
            f"SELECT rowid, {column} FROM circle_log WHERE kind = ? AND length({column}) > 0 ORDER BY accepted_at DESC, seq DESC LIMIT 1",
            (kind,)).fetchone()
        spoiled = row[1][:-1] + bytes([row[1][-1] ^ 1])
        assert db.execute(f'UPDATE circle_log SET {column} = ? WHERE rowid = ?', (spoiled, row[0])).rowcount == 1
`;

const LATER = `
import glob, os, sqlite3, sys
data, minutes = sys.argv[1], int(sys.argv[2])
for path in glob.glob(os.path.join(data, '**', '*'), recursive=True):
    if not os.path.isfile(path) or open(path, 'rb').read(15) != b'SQLite format 3': continue
    with sqlite3.connect(path, timeout=30) as db:
        db.execute('UPDATE session SET proved_at = proved_at - ? WHERE proved_at IS NOT NULL', (minutes * 60_000_000,))
        db.execute('UPDATE authenticator SET last_step = last_step - ? WHERE last_step IS NOT NULL', (minutes * 2,))
`;

/** What Chromium wants to know of the development certificate: base64 SHA-256 of its public key. */
export function trustedKey(): string {
  const certificate = new X509Certificate(readFileSync(join(ROOT, 'certs-dev/localhost.crt')));
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

export class Server {
  readonly url: string;
  /** Sign-in links by name, printed at the last start. */
  readonly links = new Map<string, string>();
  readonly #port: number;
  readonly #directory: string;
  #process: ChildProcess | null = null;

  private constructor(port: number) {
    this.#port = port;
    this.url = `https://localhost:${port}/`;
    this.#directory = mkdtempSync(join(tmpdir(), 'carecircle-server-'));
  }

  static async start(): Promise<Server> {
    const server = new Server(await freePort());
    await server.start();
    return server;
  }

  /** Its data directory. */
  get data(): string {
    return join(this.#directory, 'data');
  }

  /** Starts the process, again on the same data if it ran before. */
  async start(): Promise<void> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not built: cargo build -p carecircle`);
    const args = ['demo', '--listen', `127.0.0.1:${this.#port}`, '--data', this.data];
    const child = spawn(BINARY, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    await new Promise<void>((ready, failed) => {
      const late = setTimeout(() => failed(new Error(`not up in time:\n${said}`)), START_MS_MAX);
      child.once('exit', (code) => failed(new Error(`ended with ${code}:\n${said}`)));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          appendFileSync(join(this.#directory, 'output.log'), chunk);
          if (!said.includes('Ctrl-C stops the server')) return;
          clearTimeout(late);
          ready();
        });
      }
    });
    for (const [, name, link] of said.matchAll(/^ {2}(.+) \(.+\)\n {2}(https:\S+)$/gm)) {
      if (name !== undefined && link !== undefined) this.links.set(name, link);
    }
  }

  /** The link for a person. */
  link(name: string): string {
    const link = this.links.get(name);
    if (link === undefined) throw new Error(`no link was printed for ${name}`);
    return link;
  }

  /** Ends the process as a power failure would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    const ended = new Promise((gone) => child.once('exit', gone));
    child.kill('SIGKILL');
    await ended;
    this.#process = null;
  }

  /** Stops the process where it stands, or lets it go on: the network stays, answers do not come. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Moves the scheduler's clock, and nothing else, so many minutes forward. */
  moveClock(minutes: number): void {
    execFileSync(BINARY, ['admin', 'clock', `${minutes}m`, '--data', this.data], { stdio: 'pipe' });
  }

  /** Makes what people have shown so many minutes older than it is. */
  later(minutes: number): void {
    execFileSync('python3', ['-c', LATER, this.data, `${minutes}`], { stdio: 'pipe' });
  }

  /** Changes a byte of the newest entry of a log, as a bad disk would. The process must not run. */
  spoil(kind: 'message' | 'commit', column: 'mls' | 'body'): void {
    execFileSync('python3', ['-c', SPOIL, this.data, kind, column], { stdio: 'pipe' });
  }

  /** Files (database, write-ahead log, keys, output) in which a text stands. */
  filesWith(text: string): string[] {
    const needle = Buffer.from(text);
    return readdirSync(this.#directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.#directory, name))
      .filter((path) => statSync(path).isFile() && readFileSync(path).includes(needle));
  }

  async end(): Promise<void> {
    this.thaw();
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
