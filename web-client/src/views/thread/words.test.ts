import { beforeAll, expect, test } from 'vitest';
import { circlesOf, people } from '../../../doubles/story';
import { ERASED, texts } from '../../i18n/texts.svelte';
import { note, readerOf, type Reader } from './words';

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

test('a client who was erased is said to be, whatever they said or did', () => {
  const [circle] = circlesOf(people.dana);
  if (circle === undefined) throw new Error('the case manager has a circle');
  const { account } = people.maria;
  const members = circle.members.map((one) => (one.account === account ? { ...one, name: ERASED } : one));
  const theirs = readerOf({ ...circle, members }, 'en');
  expect(theirs.name(account)).toBe('(erased)');
  expect(note({ kind: 'key_changed', account }, theirs)).toContain('(erased)');
});
