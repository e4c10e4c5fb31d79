// The golden frames (tests/vectors/frames.json) as a CBOR decoder that shares nothing with the core
// reads them. A frame is `[kind, [fields]]`, its fields a map with small whole numbers as keys.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from 'cborg';
import { describe, expect, test } from 'vitest';

const file = join(import.meta.dirname, '../../../tests/vectors/frames.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;

/** So many bytes of one value. */
const all = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);
/** Fields by number; what is undefined is left out, as the core leaves it out. */
const fields = (...values: unknown[]): Map<number, unknown> =>
  new Map(values.map((value, n) => [n, value] as const).filter(([, value]) => value !== undefined));

const CIRCLE = all(0xc1, 16);
const DEVICE = all(0xd1, 16);
const OP = all(0x0b, 16);
const NOW_MICROS = 1_800_000_000_000_000;
const [MLS, BODY, WRAP] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6)];
const [MESSAGE, ROUTINE, URGENT] = [2, 0, 1];
const LIVE = 1;
const CURSOR = fields(CIRCLE, 0, 7);

const written: Record<string, Record<string, [kind: number, fields: Map<number, unknown>]>> = {
  from_device: {
    hello: [0, fields(all(1, 32), DEVICE, all(2, 32), all(3, 64), [CURSOR])],
    append: [1, fields(OP, CIRCLE, MLS, BODY, WRAP, 0, 300, URGENT)],
    fetch_log: [2, CURSOR],
    ack: [3, fields([CURSOR], 2)],
    ack_nothing: [3, fields([])],
    ephemeral: [5, fields(CIRCLE, 0, 3, DEVICE, MLS)],
    urgent_ack: [6, fields(OP, CIRCLE, 1, 7)],
  },
  from_server: {
    ready: [0, fields(all(0xa1, 16), NOW_MICROS, [fields(CIRCLE, 1, 4, 70_000, 12, 3, 1, true, LIVE)], 20)],
    ok: [1, fields(OP, 8)],
    err: [2, fields(OP, 'stale', 'epoch 4')],
    log: [
      3,
      fields(CIRCLE, 0, [fields(8, MESSAGE, 4, DEVICE, OP, MLS, BODY, WRAP, 1, ROUTINE, NOW_MICROS)], 8),
    ],
    inbox: [
      4,
      fields([fields(1, CIRCLE, [0, []]), fields(2, CIRCLE, [1, [fields(all(0xe1, 16), 0, 9)]])]),
    ],
    key_packages_low: [5, fields(3)],
    bye: [6, fields('shutting_down')],
    relayed: [7, fields(CIRCLE, 0, 3, DEVICE, MLS)],
    commit_please: [8, fields(CIRCLE, NOW_MICROS)],
    account_changed: [9, fields()],
  },
};

test('every vector is described here, and nothing else', () => {
  const names = (of: Record<string, object>): [string, string[]][] =>
    Object.entries(of).map(([from, frames]) => [from, Object.keys(frames).sort()]);
  expect(names(vectors).sort()).toEqual(names(written).sort());
});

describe.each(Object.entries(written))('%s', (from, frames) => {
  test.each(Object.entries(frames))('%s', (name, [kind, content]) => {
    const bytes = Buffer.from(vectors[from]?.[name] ?? '', 'hex');
    const strict = { useMaps: true, strict: true, rejectDuplicateMapKeys: true };
    expect(decode(bytes, strict)).toEqual([kind, [content]]);
    // And the other way: these values have no other bytes than the written ones.
    expect(Buffer.from(encode([kind, [content]])).toString('hex')).toBe(vectors[from]?.[name]);
  });
});
