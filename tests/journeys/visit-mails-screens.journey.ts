// Why somebody got which mail about a visit, and why not; and that a client has two visits at one time: in a real
// browser over the doubles, as staff see it on the client's page.
import { expect, test } from 'vitest';
import { looksGood, openClient, openScreens, page, stage } from './screen.ts';

const OTHER = '01990000-0000-7000-9000-00000000aaaa';

openScreens();

test('the mails of a visit are told when somebody asks, each with why', async () => {
  await openClient();
  const visit = page.getByRole('article').filter({ hasText: /2:30/ }).first();
  const list = visit.getByRole('list', { name: 'Maria Sample' });
  expect(await list.count()).toBe(0);
  await visit.getByText('Emails about this visit', { exact: false }).click();
  await list.getByText('At night nobody gets reminders.', { exact: false }).waitFor();
  await list.getByText('They had just had the news of the visit.', { exact: false }).waitFor();
  const daughter = visit.getByRole('list', { name: 'Ana Sample' });
  await daughter.getByText('It could not be sent. Email to this address came back', { exact: false }).waitFor();
  expect(await visit.textContent()).not.toContain('@');
  await looksGood('visit-mails');
});

test('two visits of a client at one time are both shown with a warning', async () => {
  const video = stage.agency.appointments.find(({ at, kind }) => kind === 'video' && at.civil.endsWith('14:30'));
  if (video === undefined) throw new Error('the double has no such visit');
  stage.agency.appointments.push({ ...video, id: OTHER, kind: 'phone', meeting_link: null });
  await openClient();
  const warning = page.getByText(/has another visit at that time/);
  await expect.poll(() => warning.count()).toBe(2);
  await looksGood('visit-overlaps');
});
