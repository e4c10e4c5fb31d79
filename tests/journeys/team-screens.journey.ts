// Who else of the staff comes to a visit, in a real browser over the doubles: a time is kept for all of them while the
// form is filled in, and who comes is changed on the card of what is booked.
import { beforeEach, expect, test } from 'vitest';
import { expectAccessible, expectFitsNarrow, takePictures } from './browser.ts';
import { focused } from './keyboard.ts';
import { looksGood, openClient, openScreens, page, sent, stage } from './screen.ts';

openScreens();
beforeEach(openClient);

test('who comes to a visit that is booked is changed, and a time that is not free for all is said', async () => {
  const early = page.getByRole('article').filter({ hasText: 'Phone call' }).first();
  await early.getByRole('button', { name: 'Change who comes' }).click();
  await early.getByRole('group', { name: 'Who else from the team?' }).getByRole('checkbox', { name: 'Sam Specimen' }).check();
  await early.getByRole('button', { name: 'Save who comes' }).click();
  await early.getByText('All of you would be free at these times', { exact: false }).waitFor();
  // The visit goes by another clock than the reader's: whose times these are is said, and with each of them.
  await early.getByText(/These times are in .*Mountain Time.*, not in yours, .*Central Time/).waitFor();
  await expect.poll(() => early.getByRole('listitem').filter({ hasText: '(Mountain Time)' }).count()).toBe(3);
  await looksGood('team-refused', early);
  await early.getByRole('button', { name: 'Cancel', exact: true }).click();

  const visit = page.getByRole('article').filter({ hasText: /2:30/ }).first();
  await visit.getByRole('button', { name: 'Change who comes' }).click();
  const sam = visit.getByRole('checkbox', { name: 'Sam Specimen' });
  await sam.check();
  await expect.poll(() => visit.getByRole('checkbox', { name: 'Dana Placeholder' }).count()).toBe(0);
  await expectAccessible(page, 'who comes');
  await takePictures(page, 'team-change', visit);
  await visit.getByRole('button', { name: 'Save who comes' }).click();
  await page.getByText('Saved. The emails go out now.').waitFor();
  expect(sent(/team$/)).toEqual({ sequence: 0, staff: ['01990000-0000-7000-8000-000000000003'] });
  await visit.getByText('Sam Specimen').waitFor();
  await visit.getByRole('button', { name: 'Change who comes' }).click();
  await expect.poll(() => sam.isChecked()).toBe(true);
  await sam.uncheck();
  await visit.getByRole('button', { name: 'Save who comes' }).click();
  await expect.poll(() => visit.getByText('Sam Specimen').count()).toBe(0);
  expect(sent(/team$/)).toEqual({ sequence: 1, staff: [] });
});

test('what somebody else changed meanwhile is shown before it is written over', async () => {
  const visit = page.getByRole('article').filter({ hasText: /2:30/ }).first();
  await visit.getByRole('button', { name: 'Change who comes' }).click();
  await visit.getByRole('checkbox', { name: 'Sam Specimen' }).check();
  const booked = stage.agency.appointments.find(({ meeting_link }) => meeting_link !== null && meeting_link !== undefined);
  if (booked === undefined) throw new Error('the story lost its visit');
  booked.sequence += 1;
  // Back from another tab.
  const read = page.waitForResponse((answer) => answer.url().includes('/appointments'));
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await read;
  await visit.getByRole('button', { name: 'Save who comes' }).click();
  await visit.getByRole('alert').getByText('This visit has changed. Please look at it again.').waitFor();
  expect(sent(/team$/)).toMatchObject({ sequence: 0 });
  await visit.getByRole('button', { name: 'Save who comes' }).click();
  await page.getByText('Saved. The emails go out now.').waitFor();
  expect(sent(/team$/)).toMatchObject({ sequence: 1 });
});

test('the colleagues are asked for again where no answer came', async () => {
  const asked = '**/v1/transfers';
  const visit = page.getByRole('article').filter({ hasText: /2:30/ }).first();
  await page.route(asked, (route) => route.abort());
  await visit.getByRole('button', { name: 'Change who comes' }).click();
  await visit.getByRole('alert').getByText('No connection. Please try again.').waitFor();
  await looksGood('team-unread', visit);
  await page.unroute(asked);
  await visit.getByRole('button', { name: 'Try again' }).click();
  await visit.getByRole('checkbox', { name: 'Sam Specimen' }).waitFor();
  await expect.poll(() => focused(page)).toBe('Who comes to this visit?');
});

test('a kept time is kept for a colleague too, or it is said when all are free', async () => {
  await page.getByRole('button', { name: 'Book a visit' }).click();
  await page.getByRole('button', { name: '9:15 AM' }).click();
  await page.getByText('This time is kept for you until', { exact: false }).waitFor();
  const team = page.getByRole('group', { name: 'Who else from the team?' });
  await team.getByRole('checkbox', { name: 'Sam Specimen' }).check();
  const refused = page.getByRole('alert').filter({ hasText: 'That time is taken.' });
  await refused.getByRole('button', { name: /1:30/ }).waitFor();
  await expect.poll(() => page.getByText('This time is kept for', { exact: false }).count()).toBe(0);
  // What was kept before stays until there is something better.
  expect([stage.agency.held?.slice(11), stage.agency.heldWith]).toEqual(['09:15', []]);
  await expectAccessible(page, 'kept for one');
  await refused.getByRole('button', { name: /1:30/ }).click();
  await page.getByText('This time is kept for all of you until', { exact: false }).waitFor();
  expect([stage.agency.held?.slice(11), stage.agency.heldWith]).toEqual(['13:30', ['sam']]);
  await expectAccessible(page, 'kept for all');
  await expectFitsNarrow(page, 'kept for all');
  await team.getByRole('checkbox', { name: 'Sam Specimen' }).uncheck();
  await page.getByText('This time is kept for you until', { exact: false }).waitFor();
  expect([stage.agency.held?.slice(11), stage.agency.heldWith]).toEqual(['13:30', []]);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect.poll(() => stage.agency.held).toBeNull();
});
