// What stands beside the messages of a conversation: who sees to an urgent one, who has read how far.
// Pure: no DOM, no clock, no language.
import type { AccountId, Item, Receipt } from '../core/types.gen';

/** Who sees to which urgent message, by its place in the log, each person once, first come first. */
export function acknowledged(items: readonly Item[]): Map<number, AccountId[]> {
  const by = new Map<number, AccountId[]>();
  for (const { content } of items) {
    if (content.kind !== 'urgent_ack') continue;
    const known = by.get(content.seq) ?? [];
    if (!known.includes(content.by)) by.set(content.seq, [...known, content.by]);
  }
  return by;
}

/** Who has read the person's own messages: by the newest one that each has read. */
export function readers(
  items: readonly Item[],
  receipts: readonly Receipt[],
  me: AccountId | undefined,
): Map<string, AccountId[]> {
  const read = new Map<string, AccountId[]>();
  for (const { account, seq } of receipts) {
    if (account === me) continue;
    const last = items.findLast(
      (item) => isMine(item, me) && (item.seq ?? null) !== null && (item.seq ?? 0) <= seq,
    );
    if (last !== undefined) read.set(last.id, [...(read.get(last.id) ?? []), account]);
  }
  return read;
}

/** Whether the person wrote it, here or on another device. */
export function isMine({ content }: Item, me: AccountId | undefined): boolean {
  return content.kind === 'text' && (content.mine || content.from === me);
}

/** Whether this message still waits for somebody to say that they see to it. */
export function asksForAck(item: Item, me: AccountId | undefined, acks: Map<number, AccountId[]>): boolean {
  const { content, seq } = item;
  if (content.kind !== 'text' || content.urgency === 'routine' || isMine(item, me)) return false;
  return (seq ?? null) !== null && !acks.has(seq ?? 0);
}
