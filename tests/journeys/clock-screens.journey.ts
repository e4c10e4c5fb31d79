// By whose clock a visit is booked, in a real browser over the doubles: the form fills in the clock of how one meets, and
// says whose it is.
import { expect, test } from 'vitest';
import { looksGood, noon, openClient, openScreens, page, posted, stage } from './screen.ts';

openScreens(noon);

test('an office visit goes by the clock of the office, and any other by the client’s', async () => {
  stage.agency.hours = { ...stage.agency.hours, zone: 'America/Denver' };
  await openClient();
  await page.getByRole('button', { name: 'Book a visit' }).click();
  await page.getByRole('button', { name: '9:15 AM' }).waitFor();
  const zone = page.getByLabel('Time zone');
  await page.getByLabel('How do you meet?').selectOption({ label: 'At the office' });
  await expect.poll(() => zone.inputValue()).toBe('America/Denver');
  await page.getByText('The clock at your office.', { exact: false }).waitFor();
  await looksGood('booking-office');
  await page.getByLabel('How do you meet?').selectOption({ label: 'At home' });
  await expect.poll(() => zone.inputValue()).toBe('America/Chicago');
  await page.getByText('The client’s clock.', { exact: false }).waitFor();
  // Another clock may be chosen, and then stays.
  await zone.fill('America/Phoenix');
  await page.getByText(/Visits like this go by the clock of .*Chicago/).waitFor();
  await page.getByLabel('How do you meet?').selectOption({ label: 'At the office' });
  await page.getByText(/Visits like this go by the clock of .*Denver/).waitFor();
  await zone.fill('America/Denver');
  await page.getByLabel('Day', { exact: true }).fill('2027-12-08');
  await page.getByLabel('Time', { exact: true }).fill('11:00');
  await page.getByRole('button', { name: 'Book this visit' }).click();
  await page.getByText(/^Booked: /).waitFor();
  expect(posted(/\/appointments$/)).toMatchObject({ kind: 'office', civil_start: '2027-12-08T11:00', zone: 'America/Denver' });
});
