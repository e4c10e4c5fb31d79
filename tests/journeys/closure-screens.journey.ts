// The days on which the agency is closed, in a real browser over the doubles: kept by those who say so, read by whoever
// says when they can be booked.
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible } from './browser.ts';
import { signIn } from './double.ts';
import { focused, tabTo } from './keyboard.ts';
import { looksGood, openScreens, page, sent, speakSpanish, stage } from './screen.ts';

openScreens();

test('an administrator closes the agency, is told what is booked then, and opens it again', async () => {
  await signIn(page, stage, 'kim');
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  await page.getByRole('link', { name: 'Days we are closed' }).click();
  await page.getByRole('heading', { name: 'Days we are closed', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Add days' }).click();
  await page.getByLabel('What is it?').fill('Thanksgiving');
  await page.getByLabel('First day').fill('2097-11-28');
  await expect.poll(() => page.getByLabel('Last day').inputValue()).toBe('2097-11-28');
  await page.getByLabel('Last day').fill('2097-11-29');
  await looksGood('closure-form');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^Saved: .*Thanksgiving/).waitFor();
  expect(sent(/closures$/)).toMatchObject({ days: { name: 'Thanksgiving', from: '2097-11-28', until: '2097-11-29' } });
  const card = page.getByRole('article', { name: 'Thanksgiving' });
  await refuseOnce(card);
  await card.getByText(/3.* visits are booked on these days/).waitFor();
  await looksGood('closures');
  await card.getByRole('button', { name: 'Take off the list' }).click();
  await card.getByRole('button', { name: 'Yes, take it off' }).click();
  await page.getByText('These days can be booked again.').waitFor();
  expect(stage.agency.closures.list.map(({ days }) => days.name)).toEqual(['Winter break']);
});

test('a button that was pressed keeps the focus until the answer comes, and takes no second press', async () => {
  await signIn(page, stage, 'kim');
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  await page.getByRole('link', { name: 'Days we are closed' }).click();
  await page.getByRole('button', { name: 'Add days' }).click();
  await page.getByLabel('What is it?').fill('Thanksgiving');
  await page.getByLabel('First day').fill('2097-11-28');
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = () => resolve()));
  await page.route('**/v1/closures', async (route) => {
    await held;
    await route.continue();
  });
  const save = page.getByRole('button', { name: 'Save' });
  await save.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => save.getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Enter');
  await expectAccessible(page, 'a button under way');
  expect(await focused(page)).toBe('Save');
  await page.getByLabel('What is it?').press('Enter');
  answer();
  await page.getByText(/^Saved: .*Thanksgiving/).waitFor();
  expect(stage.posted.filter(({ path }) => path === '/v1/closures').length).toBe(1);
  expect(stage.agency.closures.list.length).toBe(2);
});

/** Without a connection nothing happens: it is said, and the focus is where it began. */
async function refuseOnce(card: Locator): Promise<void> {
  const lost = '**/v1/closures/*';
  await page.route(lost, (route) => route.abort());
  await card.getByRole('button', { name: 'Take off the list' }).focus();
  await page.keyboard.press('Enter');
  await tabTo(page, 'Yes, take it off');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('No connection. Please try again.').waitFor();
  await expect.poll(() => focused(page)).toBe('Take off the list: Thanksgiving');
  await page.unroute(lost);
}

test('a worker reads beside their hours when the agency is closed, and finds their visits of those days', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  await page.getByRole('link', { name: 'When I can be booked' }).click();
  const closed = page.getByRole('region', { name: 'The agency is closed' });
  await closed.getByText(/Winter break.*December 24.*26, 2096/).waitFor();
  await closed.getByText(/2.* of your visits are booked then/).waitFor();
  await looksGood('hours-closed', closed);
  await closed.getByRole('link', { name: /See them in the calendar/ }).click();
  await page.waitForURL(/calendar\/week\/2096-12-24$/);
});

test('the days are told in Spanish', async () => {
  await signIn(page, stage, 'kim');
  await speakSpanish();
  await page.getByRole('link', { name: 'Calendario', exact: true }).click();
  await page.getByRole('link', { name: 'Días cerrados' }).click();
  await page.getByText(/2.* visitas están reservadas en estos días/).waitFor();
  await looksGood('closures-es');
});
