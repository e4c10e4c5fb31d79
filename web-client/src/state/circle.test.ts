import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { circles, circlesOf, people } from '../../doubles/story';
import { Worker } from '../../doubles/worker';
import type { CircleView, Content, Event, Item, Receipt, Trouble } from '../core/types.gen';
import { App } from './app.svelte';
import { Conversation } from './conversation.svelte';
import { acknowledged, asksForAck, readers } from './entries';
import { remedy, takesMessages } from './remedies';
import { Router } from './router.svelte';
import { Withdrawal } from './withdrawal.svelte';

const [maria, dana, ana] = [people.maria.account, people.dana.account, people.ana.account];
const text = (from: string, over: Partial<Extract<Content, { kind: 'text' }>> = {}): Content => ({
  kind: 'text', from, mine: from === maria, text: 'x', urgency: 'routine', progress: 'sent', ...over,
});
const item = (seq: number | null, content: Content, id = String(seq)): Item => ({ id, seq, at_ms: 0, content });
const range = (from: number, count: number): Item[] =>
  Array.from({ length: count }, (_, n) => item(from + n, text(dana)));
const seqs = (items: readonly Item[]): (number | null | undefined)[] => items.map(({ seq }) => seq);

let worker: Worker;
beforeEach(() => {
  worker = new Worker();
});

describe('history that arrives', () => {
  const page = (items: Item[], older: boolean) =>
    worker.replies.push({ kind: 'page', items, older: older ? Uint8Array.of(1) : null, oldest: Uint8Array.of(items[0]?.seq ?? 0) });

  test('fills the first page by itself, from the key of the earliest item here', async () => {
    const conversation = new Conversation(worker, 'c');
    page(range(100, 5), false);
    await conversation.open();
    expect(conversation.hasOlder).toBe(false);
    page(range(60, 40), true);
    conversation.take(range(60, 40));
    await vi.waitFor(() => expect(conversation.items).toHaveLength(45));
    expect(worker.asked.at(-1)).toEqual({ kind: 'page', circle: 'c', before: Uint8Array.of(100), limit: 40 });
    expect(conversation.hasOlder).toBe(true);
  });

  test('waits in the store once a page is full: no gap is shown', async () => {
    const conversation = new Conversation(worker, 'c');
    page(range(100, 40), false);
    await conversation.open();
    conversation.take([...range(1, 3), item(200, text(dana))]);
    expect(seqs(conversation.items)).toEqual([...seqs(range(100, 40)), 200]);
    expect(conversation.hasOlder).toBe(true);
    expect(worker.asked).toHaveLength(1);
    page(range(1, 3), false);
    await conversation.readOlder();
    expect(seqs(conversation.items).slice(0, 4)).toEqual([1, 2, 3, 100]);
    expect(conversation.hasOlder).toBe(false);
  });

  test('a change of an early item that is here is taken, and what waits is never early', async () => {
    const conversation = new Conversation(worker, 'c');
    page(range(100, 40), false);
    await conversation.open();
    conversation.take([item(100, text(dana, { text: 'changed' })), item(null, text(maria), 'waits')]);
    expect(conversation.items[0]?.content).toMatchObject({ text: 'changed' });
    expect(conversation.items.at(-1)?.id).toBe('waits');
    expect(conversation.hasOlder).toBe(false);
  });

  test('two wishes for an earlier page are one reading', async () => {
    const conversation = new Conversation(worker, 'c');
    page(range(100, 40), true);
    await conversation.open();
    page(range(60, 40), false);
    await Promise.all([conversation.readOlder(), conversation.readOlder()]);
    expect(worker.asked).toHaveLength(2);
  });
});

describe('writing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('of others is forgotten after five seconds, or when their message comes', () => {
    const conversation = new Conversation(worker, 'c');
    conversation.hearTyping(dana);
    vi.advanceTimersByTime(4_000);
    conversation.hearTyping(dana);
    conversation.hearTyping(ana);
    vi.advanceTimersByTime(4_999);
    expect(conversation.writing).toEqual([dana, ana]);
    conversation.take([item(1, text(ana))]);
    expect(conversation.writing).toEqual([dana]);
    vi.advanceTimersByTime(1);
    expect(conversation.writing).toEqual([]);
  });

  test('of one\'s own is told at most once a second, and anew after a message', async () => {
    const conversation = new Conversation(worker, 'c');
    for (const now of [0, 1, 999, 1_000]) conversation.typing(now);
    expect(worker.commands).toHaveLength(2);
    await conversation.send('Hello', 'urgent');
    expect(worker.commands.at(-1)).toMatchObject({ kind: 'send', text: 'Hello', urgency: 'urgent' });
    conversation.typing(1_001);
    expect(worker.commands.at(-1)).toEqual({ kind: 'typing', circle: 'c' });
  });
});

describe('what has been read', () => {
  test('is told by the newest message of others, once', () => {
    const conversation = new Conversation(worker, 'c');
    conversation.seen();
    expect(worker.commands).toEqual([]);
    conversation.take([item(4, text(dana)), item(5, text(maria)), item(null, text(maria), 'waits')]);
    conversation.seen();
    conversation.seen();
    expect(worker.commands).toEqual([{ kind: 'read', circle: 'c', seq: 4 }]);
    conversation.take([item(6, { kind: 'reset', by: dana })]);
    conversation.seen();
    expect(worker.commands.at(-1)).toEqual({ kind: 'read', circle: 'c', seq: 6 });
  });

  test('stands at the newest of one\'s own messages that each has read', () => {
    const items = [item(1, text(maria)), item(2, text(dana)), item(3, text(maria, { mine: false })), item(null, text(maria), 'w')];
    const receipts = (...all: [string, number][]): Receipt[] => all.map(([account, seq]) => ({ account, seq }));
    expect(readers(items, receipts([dana, 2], [ana, 9]), maria)).toEqual(new Map([['1', [dana]], ['3', [ana]]]));
    expect(readers(items, receipts([dana, 0], [maria, 9]), maria)).toEqual(new Map());
  });

  test('is known to a conversation that is opened later', () => {
    const bar = { location: { hash: '', href: '', pathname: '/' }, history: { replaceState: () => undefined }, addEventListener: () => undefined };
    const app = new App(new Router(bar), worker, refusing);
    const receipts = [{ account: dana, seq: 3 }];
    worker.tell({ kind: 'receipts', circle: 'a', receipts });
    worker.tell({ kind: 'receipts', circle: 'b', receipts: [] });
    const conversation = app.conversation('a');
    expect(conversation.receipts).toEqual(receipts);
    worker.tell({ kind: 'typing', circle: 'b', account: dana });
    expect(conversation.writing).toEqual([]);
    worker.tell({ kind: 'typing', circle: 'a', account: dana });
    expect(conversation.writing).toEqual([dana]);
  });
});

describe('urgent messages', () => {
  const acks = acknowledged([
    item(7, { kind: 'urgent_ack', by: ana, seq: 3 }), item(8, { kind: 'urgent_ack', by: ana, seq: 3 }),
    item(9, { kind: 'urgent_ack', by: dana, seq: 3 }),
  ]);

  test('are seen to by each person once, first come first', () => {
    expect(acks).toEqual(new Map([[3, [ana, dana]]]));
  });

  test('ask others until somebody sees to them', () => {
    const asks = (one: Item): boolean => asksForAck(one, maria, acks);
    expect(asks(item(4, text(dana, { urgency: 'urgent' })))).toBe(true);
    expect(asks(item(4, text(dana, { urgency: 'crisis' })))).toBe(true);
    expect(asks(item(3, text(dana, { urgency: 'crisis' })))).toBe(false);
    expect(asks(item(4, text(dana)))).toBe(false);
    expect(asks(item(4, text(maria, { urgency: 'urgent', mine: false })))).toBe(false);
    expect(asks(item(null, text(dana, { urgency: 'urgent' })))).toBe(false);
  });
});

describe('trouble', () => {
  const [pair] = circlesOf(people.maria);
  if (pair === undefined) throw new Error('the story lost its circles');

  test.each<[Trouble, string, string]>([
    ['rejoining', 'none', 'none'],
    ['old_copy', 'none', 'none'],
    ['clock', 'none', 'none'],
    ['needs_reset', 'begin_anew', 'told'],
    ['recovering', 'begin_anew', 'told'],
    ['security_stop', 'come_back', 'come_back'],
    ['new_key', 'vouch', 'vouch'],
  ])('%s: staff can %s, others %s', (trouble, staff, others) => {
    expect(remedy(pair, trouble, true).kind).toBe(staff);
    expect(remedy(pair, trouble, false).kind).toBe(others);
  });

  test('keys are vouched for where they are new, never one\'s own', () => {
    const all: CircleView = { ...pair, members: pair.members.map((one) => ({ ...one, new_key: one.role === 'client' || one.account === dana })) };
    const found = remedy(all, 'new_key', false);
    expect(found.kind === 'vouch' && found.members.map(({ account }) => account)).toEqual([dana]);
  });

  test('messages are taken unless the circle was stopped or is not there yet', () => {
    expect(takesMessages({ ...pair, trouble: 'needs_reset' })).toBe(true);
    expect(takesMessages({ ...pair, trouble: 'security_stop' })).toBe(false);
    expect(takesMessages({ ...pair, phase: 'stopped' })).toBe(false);
    expect(takesMessages({ ...pair, phase: 'waiting' })).toBe(false);
  });
});

describe('a withdrawal', () => {
  const all = circlesOf(people.maria);
  const listeners = new Set<(event: Event) => void>();
  const seen = {
    circle: (id: string) => all.find((one) => one.id === id),
    listen: (listener: (event: Event) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const tell = (circle: string, content: Content): void => {
    for (const listener of listeners) listener({ kind: 'items', circle, items: [item(1, content)] });
  };
  const removed = (account: string, took_ms: number | null): Content => ({ kind: 'removed', by: dana, accounts: [account], took_ms });
  let nowMs: number;
  const follow = (account: string, ...ids: string[]): Withdrawal => new Withdrawal(seen, account, ids, () => nowMs);
  beforeEach(() => {
    listeners.clear();
    nowMs = 0;
  });

  test('is under way until the timeline of each circle shows the removal', async () => {
    const withdrawal = follow(maria, circles.pair, circles.family);
    expect(withdrawal.stage).toEqual({ kind: 'idle' });
    expect(await withdrawal.begin(Promise.resolve(null))).toBeNull();
    expect(withdrawal.stage).toEqual({ kind: 'removing', remaining: 2 });
    tell(circles.pair, removed(dana, 1));
    tell(circles.pair, removed(maria, 900));
    tell(circles.pair, removed(maria, 5_000));
    expect(withdrawal.stage).toEqual({ kind: 'removing', remaining: 1 });
    tell(circles.family, removed(maria, 700));
    expect(withdrawal.stage).toEqual({ kind: 'done', tookMs: 900 });
  });

  test('is done also when the removal was faster than the answer, by this clock if nobody measured', async () => {
    const withdrawal = follow(ana, circles.family);
    nowMs = 1_500;
    tell(circles.family, removed(ana, null));
    expect(withdrawal.stage).toEqual({ kind: 'idle' });
    await withdrawal.begin(Promise.resolve(null));
    expect(withdrawal.stage).toEqual({ kind: 'done', tookMs: 1_500 });
  });

  test('a list of members without the person proves nothing', async () => {
    const withdrawal = follow(ana, circles.family);
    await withdrawal.begin(Promise.resolve(null));
    for (const listener of listeners) listener({ kind: 'circles', circles: [] });
    expect(withdrawal.stage).toEqual({ kind: 'removing', remaining: 1 });
  });

  test('says nothing of circles that are not seen here, not open, or without the person', async () => {
    for (const withdrawal of [follow(ana, 'elsewhere'), follow(maria, circles.later), follow(ana, circles.pair), follow(people.sam.account, circles.pair)]) {
      await withdrawal.begin(Promise.resolve(null));
      expect(withdrawal.stage).toEqual({ kind: 'unseen' });
    }
  });

  test('that is refused is none, and one that nobody follows listens no more', async () => {
    const withdrawal = follow(ana, circles.family);
    expect(await withdrawal.begin(Promise.resolve('not_allowed'))).toBe('not_allowed');
    expect(withdrawal.stage).toEqual({ kind: 'idle' });
    withdrawal.end();
    expect(listeners.size).toBe(0);
  });
});
