// A client books by a link, without an account: real browsers, the real server over TLS. Opening the
// link keeps nothing; a tapped time is kept; what is booked is seen on the case manager's page.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DESKTOP, PHONE, expectAccessible, expectNoSidewaysScroll, openProfile, takePictures, type Profile,
} from './browser.ts';
import { DANA, openClient } from './family.ts';
import { Person } from './person.ts';
import { Server, trustedKey } from './server.ts';

let server: Server;
let dana: Person;
let client: Profile;
let link = '';

beforeAll(async () => {
  server = await Server.start();
  dana = await Person.enrolled(DANA, server, { viewport: DESKTOP });
  client = await openProfile({ viewport: PHONE, touch: true, trustedKey: trustedKey() });
});
afterAll(async () => {
  await dana.leave();
  const { violations } = client;
  await client.end();
  await server.end();
  expect(violations).toEqual([]);
});

async function looksGood(name: string): Promise<void> {
  await expectAccessible(client.page, name, { app: false });
  await takePictures(client.page, `real-${name}`);
  await expectNoSidewaysScroll(client.page, name);
}

/** Nothing stands out at 320 px with the text at 200 %, as the reader's browser makes it. */
async function fitsWithLargeText(name: string): Promise<void> {
  const { page } = client;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.evaluate(() => (document.documentElement.style.fontSize = '2.25rem'));
  await expectNoSidewaysScroll(page, `${name}, text at 200 %`);
  await page.evaluate(() => (document.documentElement.style.fontSize = ''));
  if (before !== null) await page.setViewportSize(before);
}

test('the case manager makes a link', async () => {
  const { page } = dana;
  await openClient(dana);
  await page.getByText('Links to choose a time').click();
  await page.getByRole('button', { name: 'Make a link', exact: true }).click();
  await page.getByRole('button', { name: 'Make this link' }).click();
  await page.getByText('It is shown only this once.', { exact: false }).waitFor();
  link = await page.locator('input[readonly]').inputValue();
  expect(link).toMatch(/^https:\/\/[^/]+\/b\/[\w-]{22}$/);
});

test('the client opens it twice, takes a time and books it', async () => {
  const { page } = client;
  await page.goto(link);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Choose a time', level: 1 }).waitFor();
  await expect.poll(() => page.locator('body').textContent()).not.toMatch(/Maria|Dana|Riverbend/);
  await looksGood('book-times');
  await fitsWithLargeText('book-times');
  await page.locator('.times button').first().click();
  await page.getByRole('heading', { name: 'Book this time?' }).waitFor();
  await looksGood('book-confirm');
  await page.getByRole('button', { name: 'Book this time' }).click();
  await page.getByRole('heading', { name: 'Your appointment is booked' }).waitFor();
  await looksGood('book-booked');
});

test('the link has done its work, and the visit stands on the client’s page', async () => {
  await dana.page.reload();
  await dana.page.getByRole('article').filter({ hasText: 'Phone call' }).first().waitFor();
  await dana.page.getByText('Links to choose a time').click();
  await dana.page.getByText('A visit was booked with it').waitFor();
});
