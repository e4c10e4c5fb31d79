// How the entries of a conversation are put in order. Pure: no DOM, no clock, no language.
import type { Item } from '../core/types.gen';

/**
 * What tells an item from every other. Of the person's own messages that is the id, which stays when they get their
 * place. Others choose the ids of what they send, and could choose one that is there: theirs hold with their place alone.
 */
export function keyOf({ id, seq, content }: Item): string {
  return content.kind === 'text' && !content.mine ? `${seq ?? ''} ${id}` : id;
}

/** Merges what came into what is held. An item that has its place in the log is never replaced by one that waits. */
export function merge(held: readonly Item[], come: readonly Item[]): Item[] {
  const byKey = new Map(held.map((item) => [keyOf(item), item]));
  for (const item of come) {
    const known = byKey.get(keyOf(item));
    if (known === undefined || !placed(known) || placed(item)) byKey.set(keyOf(item), item);
  }
  return [...byKey.values()].sort(order);
}

/** Cuts what came into what belongs among the items held, and what lies before all of them. */
export function splitOlder(held: readonly Item[], come: readonly Item[]): { here: Item[]; older: Item[] } {
  const first = held.find(placed)?.seq ?? -Infinity;
  const known = new Set(held.map(keyOf));
  const older = (item: Item): boolean => placed(item) && (item.seq ?? 0) < first && !known.has(keyOf(item));
  return { here: come.filter((item) => !older(item)), older: come.filter(older) };
}

/** By place in the log; then those that wait, by their time. */
function order(a: Item, b: Item): number {
  const last = Number.MAX_SAFE_INTEGER;
  return (a.seq ?? last) - (b.seq ?? last) || a.at_ms - b.at_ms;
}

function placed(item: Item): boolean {
  return item.seq !== null && item.seq !== undefined;
}

/** A conversation's day: its first moment and its items. */
export interface Day {
  key: string;
  atMs: number;
  items: Item[];
}

/** Items in order, cut where the viewer's day changes. */
export function days(items: readonly Item[]): Day[] {
  const cut: Day[] = [];
  for (const item of items) {
    const key = new Date(item.at_ms).toDateString();
    const last = cut.at(-1);
    if (last?.key === key) last.items.push(item);
    else cut.push({ key, atMs: item.at_ms, items: [item] });
  }
  // A device's clock may be wrong: the same day twice needs two keys.
  return cut.map((day, at) => ({ ...day, key: `${at} ${day.key}` }));
}

/** Two messages of one person soon after each other are shown as one run. */
const RUN_MS_MAX = 5 * 60_000;

export function continues(before: Item | undefined, item: Item): boolean {
  return (
    before?.content.kind === 'text' &&
    item.content.kind === 'text' &&
    before.content.from === item.content.from &&
    item.at_ms - before.at_ms < RUN_MS_MAX
  );
}
