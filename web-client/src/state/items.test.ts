import { expect, test } from 'vitest';
import type { Content, Item } from '../core/types.gen';
import { continues, days, keyOf, merge } from './items';

function text(over: Partial<Extract<Content, { kind: 'text' }>> = {}): Content {
  return { kind: 'text', from: 'a', mine: true, text: 'x', urgency: 'routine', progress: 'sent', ...over };
}
const item = (id: string, seq: number | null, at_ms = 0, content = text()): Item => ({ id, seq, at_ms, content });
const ids = (items: Item[]): string[] => items.map(({ id }) => id);

test('items stand by their place in the log, and those that wait come last by their time', () => {
  const merged = merge([item('w2', null, 20), item('b', 2)], [item('w1', null, 10), item('a', 1, 999)]);
  expect(ids(merged)).toEqual(['a', 'b', 'w1', 'w2']);
});

test('a message that got its place replaces the waiting one, and never the other way round', () => {
  const waiting = item('m', null, 5, text({ progress: 'waiting' }));
  const sent = item('m', 7, 6);
  expect(merge([waiting], [sent])).toEqual([sent]);
  expect(merge([sent], [waiting])).toEqual([sent]);
});

test('the same item twice is one item', () => {
  expect(merge([item('m', 1)], [item('m', 1), item('m', 1)])).toHaveLength(1);
});

test('a message that bears the id of another takes nobody\'s place', () => {
  const others = text({ mine: false, from: 'b' });
  const held = [item('m', 1), item('n', 2, 0, others)];
  const come = [item('m', 3, 0, others), item('n', 4, 0, others)];
  for (const merged of [merge(held, come), merge(come, held)]) {
    expect(merged.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(new Set(merged.map(keyOf)).size).toBe(4);
  }
});

test('days are cut where the reader\'s day changes', () => {
  const morning = new Date(2026, 2, 3, 8).getTime();
  const cut = days([item('a', 1, morning), item('b', 2, morning + 3_600_000), item('c', 3, morning + 86_400_000)]);
  expect(cut.map(({ items }) => ids(items))).toEqual([['a', 'b'], ['c']]);
});

test('only a message of the same person soon after continues a run', () => {
  const first = item('a', 1, 0);
  expect(continues(first, item('b', 2, 60_000))).toBe(true);
  expect(continues(first, item('b', 2, 600_000))).toBe(false);
  expect(continues(first, item('b', 2, 60_000, text({ from: 'b' })))).toBe(false);
  expect(continues(undefined, first)).toBe(false);
  expect(continues(item('n', 1, 0, { kind: 'unreadable', reason: '' }), first)).toBe(false);
});
