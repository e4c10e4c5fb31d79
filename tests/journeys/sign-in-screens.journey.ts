// The ways of signing in, over the doubles: choosing a password, a code app, coming back, in both languages.
// axe finds nothing on any of them, nor does a narrow window cut anything off.
import { describe, expect, test } from 'vitest';
import { signIn } from './double.ts';
import { looksGood, openScreens, page, profile, speakSpanish, stage } from './screen.ts';

openScreens();

describe('the settings', () => {
  test('say why a name or a password does not do, and list what there is', async () => {
    await signIn(page, stage, 'dana');
    await page.getByRole('link', { name: 'Settings' }).click();
    const section = page.getByRole('region', { name: 'How you sign in' });
    await section.getByText('You have nothing to sign in with yet.').waitFor();
    await section.getByRole('button', { name: 'Set a password' }).click();
    await section.getByText('Staff need a code app or a passkey').waitFor();
    await section.getByLabel('Your sign-in name').fill('taken');
    await section.getByLabel('New password').fill('four plain words');
    await section.getByText('Show what I type').click();
    await expect.poll(() => section.getByLabel('New password').getAttribute('type')).toBe('text');
    await page.keyboard.press('Tab');
    await section.getByRole('button', { name: 'Save password' }).press('Enter');
    await section.getByText('Somebody else has this name.').waitFor();
    await looksGood('ways-password');
    await section.getByLabel('Your sign-in name').fill('dana');
    await section.getByRole('button', { name: 'Save password' }).click();
    await section.getByText('Password for').waitFor();
    await section.getByRole('button', { name: 'Add a code app' }).click();
    await section.getByRole('button', { name: 'Show the square code' }).click();
    await section.getByLabel('Code from your app').fill('123 456');
    await looksGood('ways-code-app');
    await page.keyboard.press('Enter');
    await section.getByText('Code app, since').waitFor();
    await looksGood('ways-list');
    await section.getByRole('button', { name: 'Take away' }).first().click();
    await section.getByText('Take this password away?').waitFor();
  });

  test('the same in Spanish, after it was asked who is there', async () => {
    stage.agency.ways.stale = true;
    await signIn(page, stage, 'dana');
    await speakSpanish();
    const section = page.getByRole('region', { name: 'Cómo entras' });
    await section.getByRole('button', { name: 'Poner una contraseña' }).click();
    await section.getByLabel('Tu nombre para entrar').fill('dana');
    await section.getByLabel('Contraseña nueva').fill('cuatro palabras');
    await page.keyboard.press('Enter');
    await section.getByText('Muestra que eres tú').waitFor();
    await looksGood('ways-again-es');
    await section.getByRole('button', { name: 'Usar mi contraseña' }).click();
    await section.getByLabel('Tu nombre para entrar').first().fill('dana');
    await section.getByLabel('Contraseña', { exact: true }).fill('cuatro palabras');
    await page.keyboard.press('Enter');
    await section.getByLabel('Código de tu aplicación').fill('123456');
    await looksGood('ways-code-es');
    await page.keyboard.press('Enter');
    await section.getByText('Contraseña de').waitFor();
  });
});

test('signing out in one tab ends the worker of every tab, shows that all is locked, and signing in starts another', async () => {
  await signIn(page, stage, 'maria');
  await page.getByText('Maria and Dana').first().waitFor();
  const second = await profile.openTab(stage.url);
  await second.getByRole('heading', { name: 'Your circles' }).waitFor();
  const tabs = [page, second];
  for (const tab of tabs) expect(tab.workers()).toHaveLength(1);
  await second.getByRole('link', { name: 'Settings' }).click();
  await second.getByRole('button', { name: 'Sign out', exact: true }).click();
  for (const tab of tabs) {
    await tab.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await tab.getByText('Your messages are still on this device, locked.').waitFor();
    await expect.poll(() => tab.workers().length).toBe(0);
    expect(await tab.getByText('Maria').count()).toBe(0);
  }
  stage.agency.ways.second = false;
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.getByLabel('Your sign-in name').fill('maria');
  await page.getByLabel('Password', { exact: true }).fill('four plain words');
  await page.keyboard.press('Enter');
  for (const tab of tabs) {
    await tab.getByText('Connected', { exact: true }).waitFor();
    await expect.poll(() => tab.workers().length).toBe(1);
  }
});

test('signed out: a wrong password, a wrong code, and back in', async () => {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await looksGood('password-form');
  await page.getByLabel('Your sign-in name').fill('dana');
  await page.getByLabel('Password', { exact: true }).fill('a wrong one here');
  await page.keyboard.press('Enter');
  await page.getByText('The name or the password is wrong.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('four plain words');
  await page.keyboard.press('Enter');
  await page.getByLabel('Code from your app').fill('000000');
  await page.keyboard.press('Enter');
  await page.getByText('This code did not work.').waitFor();
  await looksGood('password-code');
  await page.getByLabel('Code from your app').fill('123456');
  await page.keyboard.press('Enter');
  await page.getByText('Connected', { exact: true }).waitFor();
});
