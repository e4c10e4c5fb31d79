// A desk that somebody left: they are asked, stay if they say so, and are signed out otherwise, in every tab, with
// nothing of it left on the screen. The pages' time of day is set by hand; their timers run.
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, openScreens, page, profile, speakSpanish, stage } from './screen.ts';

openScreens();

const MINUTE = 60_000;
const DRAFT = 'Nobody else is to read this invented line';
const START_MS = Date.now();

/** So long after the beginning, in every tab. */
const at = (minutes: number): Promise<void> => page.clock.setFixedTime(START_MS + minutes * MINUTE);
const asked = (on: Page): Locator => on.getByRole('alertdialog', { name: 'Are you still there?' });
/** It is loaded after the page that it watches. */
const watched = (on: Page): Promise<void> => on.locator('dialog[role=alertdialog]').waitFor({ state: 'attached' });
const why = (on: Page): Locator => on.getByText(/You were signed out because nobody was here for \S*15\S* minutes\./);

test('staff who went away are asked, stay with what they wrote, and are signed out once nobody answers', async () => {
  await at(0);
  await signIn(page, stage, 'dana');
  await watched(page);
  await page.getByRole('link', { name: 'Maria and Dana' }).click();
  const box = page.getByLabel('Your message');
  await box.fill(DRAFT);
  await at(14.5);
  await asked(page).waitFor();
  await expect.poll(() => focused(page)).toBe('Stay signed in');
  await looksGood('away');
  await page.keyboard.press('Enter');
  await asked(page).waitFor({ state: 'hidden' });
  expect(await box.inputValue()).toBe(DRAFT);
  await expect.poll(() => box.evaluate((field) => field === document.activeElement), { message: 'the focus is back' }).toBe(true);
  await at(29);
  await asked(page).waitFor();
  await at(30);
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await why(page).waitFor();
  await page.getByText('Your messages are still on this device, locked.').waitFor();
  await expect.poll(() => page.workers().length).toBe(0);
  expect(await page.content()).not.toMatch(new RegExp(`Maria|${DRAFT}`));
  await looksGood('away-signed-out');
  // It is said in the language of whoever comes next.
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByText(/La sesión se cerró porque no hubo nadie aquí durante \S*15\S* minutos\./).waitFor();
});

test('whoever is asked can sign out at once, and nobody says then that they were away', async () => {
  await at(0);
  await signIn(page, stage, 'dana');
  await watched(page);
  await at(14.5);
  await asked(page).getByRole('button', { name: 'Sign out now' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  expect(await why(page).count()).toBe(0);
});

test('somebody in one tab is there for the others, and without anybody all of them end', async () => {
  await at(0);
  await signIn(page, stage, 'dana');
  await watched(page);
  const second = await profile.openTab(stage.url);
  await watched(second);
  const tabs = [page, second];
  await at(14.5);
  for (const tab of tabs) await asked(tab).waitFor();
  await second.getByRole('button', { name: 'Stay signed in' }).click();
  for (const tab of tabs) await asked(tab).waitFor({ state: 'hidden' });
  await at(30);
  for (const tab of tabs) await tab.getByRole('heading', { name: 'You are signed out' }).waitFor();
  expect(await why(page).count() + (await why(second).count()), 'the tab that was first says why').toBeGreaterThan(0);
});

test('on a device that others use too it is ten minutes, for a client as well, also if the machine slept', async () => {
  await at(0);
  const idle_at = (START_MS + 10 * MINUTE) * 1_000;
  await page.route('**/v1/session', (route) => route.fulfill({ json: { idle_at } }));
  await signIn(page, stage, 'maria');
  await watched(page);
  await speakSpanish();
  await at(9.5);
  const question = page.getByRole('alertdialog', { name: '¿Sigues ahí?' });
  await question.waitFor();
  await looksGood('away-es');
  await question.getByRole('button', { name: 'Seguir con la sesión abierta' }).click();
  await question.waitFor({ state: 'hidden' });
  await at(8 * 60);
  await page.getByRole('heading', { name: 'Saliste' }).waitFor();
  await page.getByText(/La sesión se cerró porque no hubo nadie aquí durante \S*10\S* minutos\./).waitFor();
});
