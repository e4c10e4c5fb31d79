import { expect, test } from 'vitest';
import { circles } from '../../doubles/story';
import { Drafts } from './drafts';

test('what was begun is kept for its circle alone, until it is sent', () => {
  const drafts = new Drafts();
  drafts.keep(circles.pair, { text: 'Could we', urgency: 'urgent' });
  expect(drafts.of(circles.pair)).toEqual({ text: 'Could we', urgency: 'urgent' });
  expect(drafts.of(circles.family)).toEqual({ text: '', urgency: 'routine' });
  drafts.forget(circles.pair);
  expect(drafts.of(circles.pair)).toEqual({ text: '', urgency: 'routine' });
});
