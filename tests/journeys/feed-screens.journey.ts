// The calendar in another program, in a real browser over the doubles: its link is made, copied, replaced and ended
// in the settings of staff, by hand and by keyboard, and nobody else is offered one.
import { expect, test } from 'vitest';
import { expectAccessible, expectFitsNarrow } from './browser.ts';
import { signIn } from './double.ts';
import { focused, tabTo } from './keyboard.ts';
import { looksGood, noon, openScreens, page, profile, stage } from './screen.ts';

const TITLE = 'Calendar in another program';

openScreens(noon);

const section = (name = TITLE) => page.getByRole('region', { name });
const button = (name: string) => section().getByRole('button', { name, exact: true });
const address = () => section().getByLabel('Copy the link now').inputValue();

test('a case manager makes the link, copies it, replaces it and ends it', async () => {
  await profile.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Settings' }).click();
  await section().getByText('There is no link now').waitFor();
  await looksGood('feed-none', section());
  await button('Make the link').click();
  await section().getByText('The link is made').waitFor();
  const first = await address();
  expect(first).toBe(`${new URL(page.url()).origin}${String(stage.agency.feed.path)}`);
  await button('Copy the link').click();
  await section().getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  await looksGood('feed-made', section());
  await button('Make a new link').click();
  await section().getByText('stops working at once').waitFor();
  await looksGood('feed-replace', section());
  await button('Yes, make a new one').click();
  await expect.poll(address).not.toBe(first);
  await button('End the link').click();
  await button('Yes, end it').click();
  await section().getByText('The link works no more').waitFor();
  expect(stage.agency.feed.path).toBeNull();
  expect(await section().getByLabel('Copy the link now').count()).toBe(0);
});

test('the link is not shown again, and reads the same in Spanish', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Settings' }).click();
  await button('Make the link').click();
  await section().getByLabel('Copy the link now').waitFor();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await section().getByText('There is a link since').waitFor();
  expect(await section().getByLabel('Copy the link now').count()).toBe(0);
  await looksGood('feed-there', section());
  await page.getByRole('button', { name: 'Español' }).click();
  await section('El calendario en otro programa').getByText('Hay un enlace desde').waitFor();
  await expectAccessible(page, 'feed in Spanish');
  await expectFitsNarrow(page, 'feed in Spanish');
});

test('it is made and ended by keyboard, and what became of it has the focus', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Settings' }).click();
  await button('Make the link').waitFor();
  await tabTo(page, 'Make the link');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('The link is made.');
  await tabTo(page, 'End the link');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Yes, end it');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toContain('The link works no more.');
});

test('whoever showed a passkey long ago shows it again', async () => {
  stage.agency.stale = true;
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Settings' }).click();
  await button('Make the link').click();
  await section().getByRole('alert').filter({ hasText: 'only for someone who is here now' }).waitFor();
  await section().getByRole('button', { name: 'Show my passkey' }).waitFor();
  expect(stage.agency.feed.path).toBeNull();
  await looksGood('feed-stale', section());
});

test('nobody is offered one whom nobody books', async () => {
  await signIn(page, stage, 'maria');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Phone number').waitFor();
  expect(await section().count()).toBe(0);
});

test('where it did not come, the way on is beside the other settings', async () => {
  const part = '**/assets/CalendarFeed-*';
  await signIn(page, stage, 'dana');
  await page.route(part, (route) => route.abort());
  await page.getByRole('link', { name: 'Settings' }).click();
  await section().getByRole('alert').getByText('We could not load this page').waitFor();
  await looksGood('feed-not-opened', section());
  await page.unroute(part);
  await button('Try again').click();
  await section().getByText('There is no link now').waitFor();
});
