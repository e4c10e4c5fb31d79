import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Api, UpdateMail } from '../platform/api';
import { UpdateMailList } from './update-mails.svelte';

test('what became of mails is shown as the server tells it, and a failure as one', async () => {
  const at = { civil: '2026-11-03T09:00', offset: '-06:00', zone: 'America/Chicago' };
  const mails: UpdateMail[] = [
    { step: 'unread', at, state: 'skipped', reason: 'read' },
    { step: 'unread', at, state: 'sent' },
  ];
  const asked: string[] = [];
  const api: Api = {
    ...refusing,
    updateMails: (person) => (asked.push(person), Promise.resolve({ ok: true, body: { mails } })),
  };
  const list = new UpdateMailList(api, 'maria');
  expect(list.progress).toBe('loading');
  await list.load();
  expect(asked).toEqual(['maria']);
  expect(list.list).toEqual(mails);
  expect(list.progress).toBe('ready');
  const failing = new UpdateMailList(refusing, 'maria');
  await failing.load();
  expect(failing.progress).toBe('failed');
  expect(failing.list).toEqual([]);
});
