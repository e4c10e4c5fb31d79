// What mails say, when they come and to which address, and which visits a consent covers: in a real browser over the
// double of the agency, as a client chooses and as staff see it.
import { describe, expect, test } from 'vitest';
import { people } from '../../web-client/doubles/story.ts';
import { expectAccessible, takePictures } from './browser.ts';
import { focused } from './keyboard.ts';
import { arrive, looksGood, openClient, openScreens, page, profile, sent, stage } from './screen.ts';

openScreens();

describe('mails and consent', () => {
  test('a client chooses what mails may say', async () => {
    await arrive('maria', 'Settings');
    await page.getByRole('radio', { name: 'Only that there is news' }).check();
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('Chicago');
    await page.getByLabel('Time zone').fill('Mars/Nowhere');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('We do not know this time zone').waitFor();
    await looksGood('mail-settings');
    await page.getByLabel('Time zone').fill('Denver');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(stage.agency.preferences.of(people.maria.person).zone).toBe('America/Denver');
  });

  test('a client chooses when mails may come', async () => {
    await arrive('maria', 'Settings');
    const group = page.getByRole('group', { name: 'When may emails come?' });
    await expect.poll(() => group.getByRole('radio', { name: /Any time/ }).isChecked()).toBe(true);
    await group.getByRole('radio', { name: /Only between/ }).check();
    await group.getByLabel('From').fill('09:30');
    await group.getByLabel('until', { exact: true }).fill('10:30');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Choose at least two hours').waitFor();
    await looksGood('safe-hours');
    await group.getByLabel('until', { exact: true }).fill('13:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect.poll(() => group.getByRole('radio', { name: /Only between/ }).isChecked()).toBe(true);
    await expect.poll(() => group.getByLabel('until', { exact: true }).inputValue()).toBe('13:00');
  });

  test('another address is to be confirmed first, and can be asked again', async () => {
    await arrive('maria', 'Settings');
    await expect.poll(() => page.getByText('Not confirmed yet').count()).toBe(0);
    await page.getByLabel('Email address').fill('maria.elsewhere@example.org');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not confirmed yet').waitFor();
    await looksGood('unconfirmed-address');
    for (let n = 0; n < 3; n += 1) await page.getByRole('button', { name: 'Send the email again' }).click();
    const said = page.getByRole('status').filter({ hasText: 'cannot be sent again right now' });
    await said.waitFor();
    await expect.poll(() => focused(page), { message: 'its button is gone' }).toContain('cannot be sent again right now');
    await expectAccessible(page, 'asked often enough');
  });

  test('an address from which mails come back can be tried again', async () => {
    stage.agency.preferences.refusing.add(people.maria.person);
    await arrive('maria', 'Settings');
    await page.getByText('Emails to this address come back', { exact: false }).waitFor();
    await looksGood('refused-address');
    await page.getByRole('button', { name: 'Send the email again' }).click();
    await page.getByText('Not confirmed yet').waitFor();
    await expect.poll(() => focused(page)).toMatch(/^Last asked: /);
  });

  test('a worker whom no email reaches is told so where they see their day', async () => {
    stage.agency.preferences.refusing.add(people.dana.person);
    await arrive('dana', 'Calendar');
    await page.getByText('Emails do not reach you.', { exact: false }).waitFor();
    await looksGood('address-banner');
    await page.getByRole('link', { name: 'See your email address' }).click();
    await page.getByText('Emails to this address come back', { exact: false }).waitFor();
  });

  test('what is being written stays while the connection goes and comes back', async () => {
    await arrive('maria', 'Settings');
    const field = page.getByLabel('Email address');
    await expect.poll(() => field.inputValue()).toBe('maria.sample@example.org');
    await field.fill('maria.elsewhere@example.org');
    await profile.context.setOffline(true);
    await page.getByText('No connection', { exact: true }).waitFor();
    expect(await field.inputValue()).toBe('maria.elsewhere@example.org');
    await profile.context.setOffline(false);
    await page.getByText('No connection', { exact: true }).waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('maria.elsewhere@example.org');
  });

  test('staff see a client\'s', async () => {
    await openClient();
    await page.getByText('What emails this client gets').click();
    await expect.poll(() => page.getByLabel('Email address').inputValue()).toBe('maria.sample@example.org');
    await expectAccessible(page, 'client mails');
  });

  test('a consent covers visits only if somebody says so, and a client takes it back', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Record another consent' }).click();
    await page.getByLabel('What was agreed?').fill('Maria agreed by phone.');
    await expect.poll(() => page.getByLabel('May be told visit times').isChecked()).toBe(false);
    await page.getByLabel('May be told visit times').check();
    await page.getByRole('button', { name: 'Save consent' }).click();
    await page.getByText('You can now invite').waitFor();
    expect(sent(/consents$/)).toMatchObject({ appointments: true });
    await page.getByRole('button', { name: 'Withdraw this consent' }).first().click();
    await expectAccessible(page, 'withdrawing');
    await takePictures(page, 'withdrawing');
    await page.getByRole('button', { name: 'Yes, withdraw' }).click();
    await page.getByText('Withdrawn. ').waitFor();
  });

  test('also on the client\'s own page', async () => {
    await arrive('maria', 'People');
    await page.getByRole('button', { name: 'I take this back' }).click();
    await expectAccessible(page, 'taking back');
    await takePictures(page, 'taking-back');
    await page.getByRole('button', { name: 'Yes, take it back' }).click();
    await page.getByText(/Ana Sample.* is being taken out\. Nothing is sent until that is done/).waitFor();
    await page.getByText('You have not allowed any messages').first().waitFor();
  });
});
