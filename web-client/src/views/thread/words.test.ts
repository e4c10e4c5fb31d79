import { beforeAll, expect, test } from 'vitest';
import { texts } from '../../i18n/texts.svelte';
import { note, type Reader } from './words';

const reader: Reader = { me: undefined, name: () => 'Dana', language: 'en' };

beforeAll(async () => {
  await texts.use('en');
  await texts.need('circle');
});

test('what history would have kept is told apart from what could not be read', () => {
  const missed = note({ kind: 'unreadable', reason: 'not_kept' }, reader);
  expect(missed).toContain('History was off');
  expect(note({ kind: 'unreadable', reason: 'sealed' }, reader)).not.toBe(missed);
});
