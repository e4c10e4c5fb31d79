import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startClient, type Client } from './client';
import { PROFILE, type FromWorker, type Stage, type ToWorker } from './messages';

/** A worker that is not there: what it was sent, and whether it was ended. */
class Fake {
  onmessage: ((message: { data: FromWorker }) => void) | null = null;
  onerror: (() => void) | null = null;
  sent: ToWorker[] = [];
  terminated = false;
  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  says(message: FromWorker): void {
    this.onmessage?.({ data: message });
  }
}

const started = vi.hoisted((): unknown[] => []);
vi.mock('./workers', () => ({
  startDeviceWorker: () => {
    const worker = new Fake();
    started.push(worker);
    return worker;
  },
}));
const workers = started as Fake[];

const connect = { kind: 'command', command: { kind: 'connect' } } as const;
const running: FromWorker = { kind: 'stage', stage: { kind: 'running' } };
const locked: FromWorker = { kind: 'stage', stage: { kind: 'locked' } };

let client: Client;
let stages: Stage['kind'][];
beforeEach(() => {
  started.length = 0;
  client = startClient();
  stages = [];
  client.listen({ event: () => undefined, stage: ({ kind }) => void stages.push(kind) });
});

afterEach(() => client.end());

test('what is asked before the worker runs waits for it', async () => {
  const asked = client.ask(connect);
  expect(workers[0]?.sent).toEqual([]);
  workers[0]?.says(running);
  expect(workers[0]?.sent).toMatchObject([{ id: 0 }]);
  workers[0]?.says({ kind: 'reply', id: 0, reply: { kind: 'done' } });
  expect(await asked).toEqual({ kind: 'done' });
});

test('a worker that has nothing left to do after a log-off is ended, and what it never answered is lost', async () => {
  workers[0]?.says(running);
  const asked = client.ask(connect);
  workers[0]?.says(locked);
  expect(workers[0]?.terminated).toBe(false);
  workers[0]?.says({ kind: 'ended' });
  expect(workers[0]?.terminated).toBe(true);
  expect(await asked).toMatchObject({ kind: 'refused', code: 'signed_out' });
  expect(workers).toHaveLength(1);
  // Whoever listens only now is told as well.
  client.listen({ event: () => undefined, stage: ({ kind }) => void stages.push(kind) });
  expect(stages).toEqual(['running', 'locked', 'locked']);
});

test('signing in again starts another worker, even where the first is still about to end', () => {
  workers[0]?.says(running);
  workers[0]?.says(locked);
  void client.ask(connect);
  expect(workers).toHaveLength(1);
  workers[0]?.says({ kind: 'ended' });
  expect(workers).toHaveLength(2);
  expect(workers[1]?.sent).toEqual([]);
  workers[1]?.says(running);
  expect(workers[1]?.sent).toMatchObject([{ ask: connect }]);
});

test('another tab that opens the device again wakes this one', async () => {
  workers[0]?.says(running);
  workers[0]?.says(locked);
  workers[0]?.says({ kind: 'ended' });
  const other = new BroadcastChannel(PROFILE);
  other.postMessage({ kind: 'owner' });
  await vi.waitFor(() => expect(workers).toHaveLength(2));
  other.close();
});
