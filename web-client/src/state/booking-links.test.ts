import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Answer, Api, BookingLink, BookingLinkMade, MakeBookingLink } from '../platform/api';
import { ClientLinks, LINK_KINDS, freshDraft } from './booking-links.svelte';

const LINK: BookingLink = {
  id: 'l', state: 'open', kind: 'home', minutes: 60, visit_type: 'home', from: '2026-12-02', until: '2026-12-15',
  workers: ['dana'], made: 1, expires: 2, mailed: false, mail_waits: false,
};
const TERMS = {
  name: 'Home visit', kind: 'home', minutes: 60, before_minutes: 0, after_minutes: 0, travel_minutes: 0,
  notice_minutes: 0, days_ahead: 60, per_day_max: null,
} as const;

function over(sent: MakeBookingLink[]): ClientLinks {
  const api: Api = {
    ...refusing,
    bookingLinks: () => Promise.resolve({ ok: true, body: { links: [] } }),
    visitTypes: () => Promise.resolve({ ok: true, body: { visit_types: [{ id: 'home', terms: TERMS }] } }),
    makeBookingLink: (_client, request): Promise<Answer<BookingLinkMade>> => {
      sent.push(request);
      // The first answer is lost.
      if (sent.length === 1) return Promise.resolve({ ok: false, code: 'unreachable' });
      return Promise.resolve({ ok: true, body: { link: LINK, path: '/b/secret' } });
    },
    revokeBookingLink: (id) => Promise.resolve({ ok: true, body: { ...LINK, id, state: 'revoked' } }),
  };
  return new ClientLinks(api, 'maria');
}

test('a lost answer is asked for again under the same id, and what opens the link comes once', async () => {
  const sent: MakeBookingLink[] = [];
  const links = over(sent);
  await links.load();
  expect(links.progress).toBe('ready');
  const draft = links.as('home', freshDraft('2026-12-01'));
  expect([draft.kind, draft.minutes, draft.from, draft.until]).toEqual(['home', 60, '2026-12-02', '2026-12-15']);
  expect(await links.make({ ...draft, meetingLink: 'https://meet.example/a' })).toBe('unreachable');
  expect(await links.make({ ...draft, meetingLink: 'https://meet.example/a' })).toBeNull();
  expect(sent[0]).toEqual(sent[1]);
  expect(sent[0]?.meeting_link).toBeNull();
  expect([links.path, links.list.length]).toEqual(['/b/secret', 1]);
  // The one before it is taken back: what opens the new one comes no second time.
  expect(await links.revoke('earlier')).toBeNull();
  expect(links.path).toBe('/b/secret');
  expect(await links.revoke('l')).toBeNull();
  expect([links.path, links.list[0]?.state]).toEqual([null, 'revoked']);
});

test('nobody is asked when a court sits, and no kind in particular keeps what was chosen', async () => {
  expect(LINK_KINDS).not.toContain('court');
  const links = over([]);
  const draft = { ...freshDraft('2026-12-01'), kind: 'office', minutes: 45 } as const;
  expect(links.as('', { ...draft, workers: [] })).toMatchObject({ visitType: '', kind: 'office', minutes: 45 });
  const failed = new ClientLinks(refusing, 'maria');
  await failed.load();
  expect(failed.progress).toBe('failed');
});
