// Dates of a series that could not be booked, in a real browser over the doubles: named with why on the client's
// page, and another time is booked in their place.
import { beforeEach, expect, test } from 'vitest';
import { expectAccessible, expectFitsNarrow } from './browser.ts';
import { looksGood, noon, openClient, openScreens, page, posted, stage } from './screen.ts';

openScreens(noon);
beforeEach(() => {
  stage.agency.notBooked = [
    {
      series: '01990000-0000-7000-b000-000000000001',
      occurrence: '2027-12-14T15:30',
      at: { civil: '2027-12-14T15:30', offset: '-06:00', zone: 'America/Chicago' },
      code: 'not_available',
      kind: 'phone',
      minutes: 45,
      visit_type: null,
    },
  ];
});

test('a date that is missing is named, and another time is booked instead', async () => {
  await openClient();
  const missing = page.getByRole('region', { name: /1.* date of a series could not be booked/ });
  await missing.getByText(/December 14, 2027.*3:30/).first().waitFor();
  await looksGood('missing-visits');
  await missing.getByRole('button', { name: /Book another time/ }).click();
  await page.getByRole('heading', { name: 'Book another time' }).waitFor();
  await page.getByText(/In place of .*December 14, 2027/).waitFor();
  await expect.poll(() => page.getByLabel('How do you meet?').inputValue()).toBe('phone');
  await expect.poll(() => page.getByLabel('Day', { exact: true }).inputValue()).toBe('2027-12-14');
  await expect.poll(() => page.getByLabel('Repeats').count()).toBe(0);
  await page.getByLabel('Time', { exact: true }).fill('16:00');
  await expectAccessible(page, 'booking instead');
  await expectFitsNarrow(page, 'booking instead');
  await page.getByRole('button', { name: 'Book this visit' }).click();
  await missing.waitFor({ state: 'detached' });
  expect(stage.agency.notBooked).toEqual([]);
  expect(posted(/gaps$/)).toMatchObject({
    occurrence: '2027-12-14T15:30', visit: { kind: 'phone', civil_start: '2027-12-14T16:00', minutes: 45 },
  });
});
