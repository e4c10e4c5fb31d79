// A password and a code app in a real browser, with the real server: made in the settings as staff, and by
// them a case manager comes back. The code app is this test.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import { DANA, endJourney } from './family.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

const PASSWORD = 'four plain words here';
let server: Server;
let dana: Person;
let secret = '';

beforeAll(async () => {
  server = await Server.start();
  dana = await Person.arrive(DANA, server);
});
afterAll(() => endJourney(server, dana));

/** What the app shows (RFC 6238) so many half minutes from now. */
function code(ahead = 0): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a case manager sets a password and adds a code app', async () => {
  const { page } = dana;
  await dana.enrol();
  const place = await page.evaluate(async () => (await fetch('/.well-known/change-password', { redirect: 'manual' })).type);
  expect(place).toBe('opaqueredirect');
  await page.getByRole('link', { name: 'Settings' }).click();
  const section = page.getByRole('region', { name: 'How you sign in' });
  await section.getByRole('button', { name: 'Set a password' }).click();
  await section.getByLabel('Your sign-in name').fill('Dana.P');
  await section.getByLabel('New password').fill('too short');
  await section.getByRole('button', { name: 'Save password' }).click();
  await section.getByText('This password is too short.').waitFor();
  await expectGoodLooks(page, 'password-new');
  await section.getByLabel('New password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await section.getByText('Password for').waitFor();
  await section.getByText('dana.p').waitFor();

  await section.getByRole('button', { name: 'Add a code app' }).click();
  await section.getByRole('button', { name: 'Show the square code' }).click();
  await section.getByRole('img', { name: 'Square code for your code app' }).waitFor();
  secret = ((await section.locator('code').textContent()) ?? '').replaceAll(' ', '');
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  await expectGoodLooks(page, 'code-app-new');
  await section.getByLabel('Code from your app').fill('000000');
  await page.keyboard.press('Enter');
  await section.getByText('This code did not work.').waitFor();
  await section.getByLabel('Code from your app').fill(code());
  await page.keyboard.press('Enter');
  await section.getByText('Code app, since').waitFor();
  await expectAccessible(page, 'settings with a password and a code app');
  await takePictures(page, 'password-settings');
});

test('by both she comes back, and by neither alone', async () => {
  const { page } = dana;
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.getByLabel('Your sign-in name').fill('dana.p');
  await page.getByLabel('Password', { exact: true }).fill('four plain words there');
  await page.keyboard.press('Enter');
  await page.getByText('The name or the password is wrong.').waitFor();
  await expectGoodLooks(page, 'password-wrong');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Code from your app');
  await field.waitFor();
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);
  await expectAccessible(page, 'the code');
  await takePictures(page, 'code-asked');
  await field.fill('000000');
  await page.keyboard.press('Enter');
  await page.getByText('This code did not work.').waitFor();
  // The code of a moment ago is used up: the next one.
  await field.fill(code(1));
  await page.keyboard.press('Enter');
  await page.getByText('Connected', { exact: true }).waitFor();
});

test('nor is a recovery code made at a screen that somebody left open', async () => {
  const { page } = dana;
  server.later(10);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Recovery code' }).click();
  await page.getByRole('button', { name: 'Make my code' }).click();
  await page.getByText('Please show again that it is you.').waitFor();
  const shown = page.getByRole('region', { name: 'Your recovery code' });
  expect(await shown.count()).toBe(0);
  await page.getByRole('button', { name: 'Use my password' }).click();
  await page.getByLabel('Your sign-in name').fill('dana.p');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByLabel('Code from your app').fill(code());
  await page.keyboard.press('Enter');
  await shown.waitFor();
  await page.getByRole('button', { name: 'I have written it down' }).click();
  await page.getByText('You can come back with your recovery code').waitFor();
  // A device that waits to come in waits until she has shown that it is her.
  server.later(10);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Your devices' }).click();
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByText('Please show again that it is you.').waitFor();
  expect(await page.getByRole('img', { name: /square code/ }).count()).toBe(0);
});

test('after a while she is asked again before anything about it changes', async () => {
  const { page } = dana;
  server.later(10);
  const section = page.getByRole('region', { name: 'How you sign in' });
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await section.getByRole('button', { name: 'Change password' }).click();
  await section.getByLabel('New password').fill('other plain words here');
  await page.keyboard.press('Enter');
  await section.getByText('Please show that it is you.').waitFor();
  await expectGoodLooks(page, 'asked-again');
  await section.getByRole('button', { name: 'Use my password' }).click();
  await section.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await section.getByLabel('Code from your app').fill(code());
  await page.keyboard.press('Enter');
  await section.getByRole('button', { name: 'Change password' }).waitFor();
  await section.getByText('Password for').waitFor();

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.getByLabel('Your sign-in name').fill('dana.p');
  await page.getByLabel('Password', { exact: true }).fill('other plain words here');
  await page.keyboard.press('Enter');
  await page.getByLabel('Code from your app').waitFor();
  expect(server.filesWith('plain words here')).toEqual([]);
  expect(server.filesWith('dana.p')).toEqual([]);
  expect(dana.profile.violations).toEqual([]);
});
