import { expect, test } from 'vitest';
import { reachable } from './calendar.svelte';

test('a date is gone to once its year is whole', () => {
  const judge = (day: string): boolean => reachable(day, '2026-12-01');
  const half = ['', '2027', '0002-01-01', '0020-01-01', '0202-01-01', '2027-02-30', '20270-01-01'];
  expect(half.filter(judge)).toEqual([]);
  expect(['2027-01-01', '2024-02-29', '2096-12-24', '1990-05-17'].every(judge)).toBe(true);
});
