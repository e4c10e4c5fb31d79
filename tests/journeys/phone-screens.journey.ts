// Telephone numbers in a real browser, over the doubles: written down on the client's page, at intake and in
// the settings, and there to be pressed wherever somebody is to be called.
import { expect, test } from 'vitest';
import { people } from '../../web-client/doubles/story.ts';
import { expectAccessible } from './browser.ts';
import { signIn } from './double.ts';
import { looksGood, noon, openClient, openScreens, page, stage } from './screen.ts';

openScreens(noon);

const calls = (name: string) => page.getByRole('link', { name: new RegExp(`Call .*${name}`) });

test('staff write a client’s number down and press it to call', async () => {
  await openClient();
  await expect.poll(() => calls('Maria Sample').first().getAttribute('href')).toBe('tel:+13125550142');
  await page.getByText('Change the phone number: Maria Sample').click();
  const field = page.getByLabel('Phone number', { exact: true });
  await field.fill('no phone');
  await page.getByRole('button', { name: 'Keep this number' }).click();
  await page.getByRole('alert').filter({ hasText: 'This is not a phone number' }).waitFor();
  await looksGood('phone-refused');
  await field.fill('312 555 0199');
  await page.getByRole('button', { name: 'Keep this number' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await expect.poll(() => calls('Maria Sample').first().getAttribute('href')).toBe('tel:3125550199');
  await looksGood('phone-client');
  const ana = page.getByRole('article', { name: 'Ana Sample' });
  await expect.poll(() => ana.getByRole('link', { name: /Call .*Ana Sample/ }).getAttribute('href')).toBe('tel:3125550177');
});

test('what is being written about a client stays where the people cannot be read again', async () => {
  await openClient();
  await page.getByRole('button', { name: 'Record another consent' }).click();
  const note = page.getByLabel('What was agreed?');
  await note.fill('Maria said yes at the office.');
  await page.getByText('Change the phone number: Maria Sample').click();
  await page.getByLabel('Phone number', { exact: true }).fill('312 555 0199');
  await page.route('**/v1/people', (route) => route.abort());
  await page.getByRole('button', { name: 'Keep this number' }).click();
  await page.getByRole('alert').getByText('We could not load this page').waitFor();
  expect(await note.inputValue()).toBe('Maria said yes at the office.');
  await looksGood('people-not-read-again');
  await page.unroute('**/v1/people');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  expect(await note.inputValue()).toBe('Maria said yes at the office.');
});

test('what stands open about a client stays when the people are read again', async () => {
  await openClient();
  await page.getByText('What emails this client gets').click();
  const field = page.getByLabel('Email address', { exact: true });
  await expect.poll(() => field.inputValue()).toBe('maria.sample@example.org');
  await field.fill('maria.elsewhere@example.org');
  await page.getByText('Links to choose a time').click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const form = page.getByRole('heading', { name: 'A link to choose a time' });
  await form.waitFor();
  await page.getByText('Change the phone number: Maria Sample').click();
  await page.getByLabel('Phone number', { exact: true }).fill('312 555 0199');
  await page.getByRole('button', { name: 'Keep this number' }).click();
  await expect.poll(() => calls('Maria Sample').first().getAttribute('href')).toBe('tel:3125550199');
  expect(await field.inputValue()).toBe('maria.elsewhere@example.org');
  expect(await form.isVisible()).toBe(true);
  await expect.poll(() => page.getByText('One moment…').count()).toBe(0);
});

test('the number stands once on the client’s page, and on each card of a calendar', async () => {
  await openClient();
  await page.getByRole('article').filter({ hasText: 'Phone call' }).first().waitFor();
  await expect.poll(() => calls('Maria Sample').count()).toBe(1);
  const visit = stage.agency.appointments.find(({ meeting_link }) => meeting_link !== null && meeting_link !== undefined);
  await page.evaluate((hash) => (location.hash = hash), `#/calendar/day/${visit?.yours.civil.slice(0, 10) ?? ''}`);
  const card = page.getByRole('article').filter({ hasText: '2:30' });
  await expect.poll(() => card.getByRole('link', { name: /Call .*Maria Sample/ }).getAttribute('href')).toBe('tel:+13125550142');
});

test('whoever is to be called stands there with their number', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  const task = page.getByRole('listitem').filter({ hasText: 'since' }).filter({ has: calls('Ana Sample') });
  await expect.poll(() => task.getByRole('link', { name: /Call .*Ana Sample/ }).getAttribute('href')).toBe('tel:3125550177');
  await looksGood('phone-tasks');
  await page.getByRole('link', { name: 'See whom to call' }).click();
  await page.getByRole('heading', { name: 'When the server was down', level: 1 }).waitFor();
  await expect.poll(() => calls('Maria Sample').getAttribute('href')).toBe('tel:+13125550142');
  await looksGood('phone-outage');
});

test('a number can come with a new client', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('link', { name: 'New client' }).click();
  await page.getByLabel('Full name').fill('Nora Invented');
  await page.getByLabel('Phone number').fill('1234');
  await page.getByRole('button', { name: 'Add this client' }).click();
  await page.getByRole('alert').filter({ hasText: 'This is not a phone number' }).waitFor();
  await page.getByLabel('Phone number').fill('312 555 0188');
  await looksGood('phone-intake');
  await page.getByRole('button', { name: 'Add this client' }).click();
  await page.getByRole('heading', { name: /Who helps/ }).waitFor();
  const nora = stage.agency.around.clients.at(-1)?.person ?? '';
  expect(stage.agency.phones.of(nora)).toBe('312 555 0188');
});

test('people set their own number in the settings, and take it away', async () => {
  await signIn(page, stage, 'maria');
  await page.getByRole('link', { name: 'Settings' }).click();
  const field = page.getByLabel('Phone number');
  await field.waitFor();
  await looksGood('phone-settings');
  await field.fill('');
  await page.getByRole('button', { name: 'Keep this number' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(stage.agency.phones.of(people.maria.person)).toBeNull();
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByLabel('Número de teléfono').waitFor();
  await expectAccessible(page, 'phone in Spanish');
});
