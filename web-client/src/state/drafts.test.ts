import { expect, test } from 'vitest';
import { circles } from '../../doubles/story';
import { Drafts, remaining } from './drafts';

test('what was begun is kept for its circle alone, until it is sent', () => {
  const drafts = new Drafts();
  drafts.keep(circles.pair, { text: 'Could we', urgency: 'urgent' });
  expect(drafts.of(circles.pair)).toEqual({ text: 'Could we', urgency: 'urgent' });
  expect(drafts.of(circles.family)).toEqual({ text: '', urgency: 'routine' });
  drafts.forget(circles.pair);
  expect(drafts.of(circles.pair)).toEqual({ text: '', urgency: 'routine' });
});

test('what was written on while a message was being stored is not lost with it', () => {
  expect(remaining('Could we meet?', 'Could we meet?')).toBe('');
  expect(remaining('Could we meet?\nOn Tuesday', 'Could we meet?')).toBe('On Tuesday');
  expect(remaining('Something else', 'Could we meet?')).toBe('Something else');
});
