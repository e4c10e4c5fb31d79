import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Api, MailsToPerson } from '../platform/api';
import { VisitMailList } from './visit-mails.svelte';

test('the mails of a visit are shown as the server tells them, and a failure as one', async () => {
  const people: MailsToPerson[] = [
    { participant: 'p', name: 'Maria Sample', role: 'client', mails: [{ step: 'one_day', state: 'skipped', reason: 'confirmed' }] },
  ];
  const asked: string[] = [];
  const api: Api = {
    ...refusing,
    visitMails: (visit) => (asked.push(visit), Promise.resolve({ ok: true, body: { people } })),
  };
  const list = new VisitMailList(api, 'visit');
  expect(list.progress).toBe('loading');
  expect(asked).toEqual([]);
  await list.load();
  expect(asked).toEqual(['visit']);
  expect(list.people).toEqual(people);
  expect(list.progress).toBe('ready');
  const failing = new VisitMailList(refusing, 'visit');
  await failing.load();
  expect(failing.progress).toBe('failed');
  expect(failing.people).toEqual([]);
});
