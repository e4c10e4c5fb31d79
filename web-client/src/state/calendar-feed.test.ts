import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Answer, Api, CalendarFeedMade } from '../platform/api';
import { OwnFeed } from './calendar-feed.svelte';

function over(asked: string[]): OwnFeed {
  const api: Api = {
    ...refusing,
    calendarFeed: () => Promise.resolve({ ok: true, body: { made: null } }),
    makeCalendarFeed: ({ op_id }): Promise<Answer<CalendarFeedMade>> => {
      asked.push(op_id);
      // The first answer is lost.
      if (asked.length === 1) return Promise.resolve({ ok: false, code: 'unreachable' });
      const path = `/f/secret${String(asked.length)}.ics`;
      return Promise.resolve({ ok: true, body: { feed: { made: 5_000 }, path } });
    },
    endCalendarFeed: () => Promise.resolve({ ok: true, body: null }),
  };
  return new OwnFeed(api);
}

test('a lost answer is asked for again under the same id, and another feed has another one', async () => {
  const asked: string[] = [];
  const feed = over(asked);
  await feed.load();
  expect([feed.progress, feed.sinceMs, feed.path]).toEqual(['ready', null, null]);
  expect(await feed.make()).toBe('unreachable');
  expect([feed.sinceMs, feed.path, feed.busy]).toEqual([null, null, false]);
  expect(await feed.make()).toBeNull();
  expect([feed.sinceMs, feed.path]).toEqual([5, '/f/secret2.ics']);
  expect(await feed.make()).toBeNull();
  expect(feed.path).toBe('/f/secret3.ics');
  expect(asked[0]).toBe(asked[1]);
  expect(asked[2]).not.toBe(asked[1]);
});

test('what is ended is there no more, and its address is not kept', async () => {
  const asked = ['before'];
  const feed = over(asked);
  expect(await feed.make()).toBeNull();
  expect(await feed.end()).toBeNull();
  expect([feed.sinceMs, feed.path]).toEqual([null, null]);
});

test('what cannot be read says so, and what was refused changes nothing', async () => {
  const feed = new OwnFeed(refusing);
  await feed.load();
  expect(feed.progress).toBe('failed');
  expect(await feed.end()).toBe('unreachable');
  expect([feed.sinceMs, feed.busy]).toEqual([null, false]);
});
