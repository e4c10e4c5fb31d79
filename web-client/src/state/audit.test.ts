import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditEntry } from '../platform/api';
import { kindOf } from '../views/audit/words';
import { Entries, byDay, startOf } from './audit.svelte';

function entry(at: Date, act: string, person: string | null, denied: string | null = null): AuditEntry {
  return {
    id: crypto.randomUUID(), at: at.getTime() * 1_000, act, denied, person, account: null,
    name: person === null ? null : `${person} Sample`, role: null, purpose: 'care', object: 'circle',
    client: null, client_name: null, first_seq: null, last_seq: null,
  };
}
const at = (day: number, hour: number): Date => new Date(2026, 10, day, hour);

test('entries stand by day, then by person, then by what was done', () => {
  const days = byDay([
    entry(at(3, 23), 'read_circle', 'dana'),
    entry(at(3, 9), 'read_log', 'dana'),
    entry(at(3, 8), 'deliver', 'dana'),
    entry(at(3, 7), 'read_circle', 'sam', 'not_found'),
    entry(at(2, 0), 'lease_deliveries', null),
  ], (act) => (act === 'read_circle' ? 'circle' : 'messages'));
  expect(days.map(({ visitors }) => visitors.map(({ person, deeds }) => [person, deeds.map(({ act, count, denied }) => [act, count, denied])]))).toEqual([
    [['dana', [['read_circle', 1, false], ['read_log', 2, false]]], ['sam', [['read_circle', 1, true]]]],
    [['', [['lease_deliveries', 1, false]]]],
  ]);
  expect(days[0]?.visitors[0]?.deeds[1]?.lastMs).toBe(at(3, 9).getTime());
});

test('a day begins at its midnight here, and what is no day does not begin', () => {
  expect(startOf('2026-11-03')).toBe(new Date(2026, 10, 3).getTime() * 1_000);
  expect(startOf('2026-11-30', 1)).toBe(new Date(2026, 11, 1).getTime() * 1_000);
  expect(startOf('')).toBeNull();
});

test('pages follow each other, and a late answer to an older question is dropped', async () => {
  const list = new Entries();
  const first = entry(at(3, 2), 'append', 'dana');
  const second = entry(at(3, 1), 'append', 'dana');
  await list.load(async () => ({ ok: true, body: { entries: [first], next: 'there' } }));
  const asked: string[] = [];
  await list.more(async (before) => {
    asked.push(before);
    return { ok: true, body: { entries: [second], next: null } };
  });
  expect([asked, list.entries, list.next]).toEqual([['there'], [first, second], null]);
  await list.more(() => Promise.reject(new Error('there is no more')));

  let answer: (late: { ok: true; body: { entries: AuditEntry[]; next: null } }) => void = () => undefined;
  const late = list.load(() => new Promise((resolve) => { answer = resolve; }));
  await list.load(async () => ({ ok: false, code: 'not_allowed' }));
  answer({ ok: true, body: { entries: [first], next: null } });
  await late;
  expect([list.entries, list.progress]).toEqual([[], 'failed']);
});

test('every act that the server can write has words of its own', () => {
  const acts = readFileSync(join(import.meta.dirname, '../../../server/care/src/rules/acts.rs'), 'utf8');
  const names = [...acts.matchAll(/^ {4}\w+ = "(\w+)", \w+;$/gm)].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => kindOf(name) === 'other')).toEqual([]);
});
