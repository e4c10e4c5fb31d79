// The recovery code in a real browser, over the double of the device core: made, shown once, printed on
// a paper that tells nothing, put away; and used on a new device, by keyboard alone.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GOOD_CODE, RECOVERY_CODE, type Scene } from '../../web-client/doubles/scenes.ts';
import { AGENCY, people } from '../../web-client/doubles/story.ts';
import { expectAccessible, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { focused, tabTo } from './keyboard.ts';
import { looksGood, openScreens, page, profile, stage } from './screen.ts';

openScreens();

async function openRecovery(scene: Scene = 'plain'): Promise<void> {
  await signIn(page, stage, 'maria', scene);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Recovery code' }).click();
  await page.getByRole('heading', { name: 'Recovery code', level: 1 }).waitFor();
}

describe('the recovery code', () => {
  test('is made, shown once in groups, printed without a word about the agency, and put away', async () => {
    await openRecovery();
    await expectAccessible(page, 'before the code');
    await takePictures(page, 'code-before');
    await tabTo(page, 'Make my code');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
    await expect.poll(() => focused(page)).toContain('We show it only now');
    const shown = page.getByRole('region', { name: 'Your recovery code' });
    expect((await shown.locator('.code [aria-hidden]').allTextContents()).join('-')).toBe(RECOVERY_CODE);
    await looksGood('code');

    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 794, height: 1_123 });
    const printed = await page.evaluate(() => document.body.innerText);
    expect(printed.replaceAll(/\s+/g, ' ')).toContain(RECOVERY_CODE.replaceAll('-', ' '));
    for (const word of [AGENCY, ...AGENCY.split(' '), people.maria.name, 'message', 'carecircle']) {
      expect(printed.toLowerCase()).not.toContain(word.toLowerCase());
    }
    await page.screenshot({ path: join(import.meta.dirname, 'output', 'code-print.png') });
    await page.pdf({ path: join(import.meta.dirname, 'output', 'code-print.pdf'), format: 'Letter' });
    await page.emulateMedia({ media: 'screen' });

    await tabTo(page, 'I have written it down');
    await page.keyboard.press('Enter');
    await page.getByText('Keep the paper in a safe place').waitFor();
    await expect.poll(() => focused(page)).toContain('Keep the paper in a safe place');
    expect(await page.content()).not.toContain(RECOVERY_CODE.split('-')[0]);
    await page.getByText('You are safe.').waitFor();
    await expectAccessible(page, 'code put away');
  });

  test('is made only for somebody who is there now', async () => {
    await openRecovery();
    const { ways } = stage.agency;
    ways.second = false;
    ways.stale = true;
    stage.news.stale = () => ways.stale;
    await page.getByRole('button', { name: 'Make my code' }).click();
    await page.getByText('Please show again that it is you.').waitFor();
    await looksGood('code-step-up');
    expect(await page.getByRole('heading', { name: 'Your recovery code' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Use my password' }).click();
    await page.getByLabel('Your sign-in name').fill('maria');
    await page.getByLabel('Password', { exact: true }).fill('four plain words');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  });

  test('is not made without a connection, and whoever asked for it is at the button still', async () => {
    await openRecovery();
    await profile.context.setOffline(true);
    await page.getByText('To change something here you need one').waitFor();
    await tabTo(page, 'Make my code');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('No connection. Please try again.').waitFor();
    await expect.poll(() => focused(page)).toBe('Make my code');
    await expectAccessible(page, 'no code without a connection');
  });

  test('warns that an earlier one ends', async () => {
    await openRecovery('safe');
    await page.getByText('the earlier one stops working').waitFor();
    await page.getByRole('button', { name: 'Make a new code' }).click();
    await page.getByText('The paper you have now will then open nothing').waitFor();
    await expectAccessible(page, 'a second code');
    await takePictures(page, 'code-again');
    await page.getByRole('button', { name: 'Yes, make a new one' }).click();
    await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
    // Going away does not lose it: it is shown until it was written down.
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await page.getByText('waits to be written down').waitFor();
    await page.getByRole('link', { name: 'Show it' }).click();
    await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  });

  test('opens a new device by keyboard alone; mistakes are named and nothing typed is lost', async () => {
    await page.goto(stage.url);
    await page.getByRole('heading', { name: 'Open your link' }).waitFor();
    await takePictures(page, 'welcome');
    await tabTo(page, 'I have a recovery code');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Use your recovery code' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Use your recovery code');
    await looksGood('recover');
    await tabTo(page, 'Recovery code');
    await page.keyboard.type('abc');
    await page.keyboard.press('Enter');
    await page.getByText(/These are .*3.* letters and numbers/).waitFor();
    await expect.poll(() => page.getByLabel('Recovery code').inputValue()).toBe('abc');
    await expect.poll(() => page.getByLabel('Recovery code').getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1234-5678-9012-3456-7890-1234-56');
    await page.keyboard.press('Enter');
    await page.getByText('This code opens nothing').waitFor();
    await expectAccessible(page, 'recover refused');
    await takePictures(page, 'recover-refused');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(` ${GOOD_CODE.toLowerCase().replaceAll('-', ' – ')} `);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await page.getByText(/Fetching your circles/).waitFor();
  });

  test('speaks Spanish, from the first page on', async () => {
    await page.goto(stage.url);
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByRole('button', { name: 'Tengo un código de recuperación' }).click();
    await page.getByRole('button', { name: 'Recuperar mis mensajes' }).click();
    await page.getByText('Primero escribe tu código').waitFor();
    await looksGood('recover-es');
    // Another language at the open page says everything anew.
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Please type your code first').waitFor();
  });
});
