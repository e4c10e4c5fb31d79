// What the agency does by itself, and whom to call after an outage, in a real browser, over the doubles.
// axe finds nothing on any of these pages, and they fit a narrow phone.
import { describe, expect, test } from 'vitest';
import { expectAccessible } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, noon, openClient, openScreens, page, speakSpanish, stage } from './screen.ts';

openScreens(noon);

async function openJobs(): Promise<void> {
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  await page.getByRole('link', { name: 'Jobs of the server' }).click();
}

describe('jobs', () => {
  test('an administrator sees the next times, changes them, and is told what cannot be', async () => {
    await signIn(page, stage, 'kim');
    await openJobs();
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    const card = page.getByRole('article', { name: 'Clean up' });
    await looksGood('jobs');
    await card.getByRole('button', { name: /Change the times/ }).click();
    await card.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => focused(page)).toMatch(/^Change the times: .*Clean up/);
    await card.getByRole('button', { name: /Change the times/ }).click();
    await card.getByLabel('When it runs').fill('0 9 * *');
    await card.getByText('Write five parts with a space between them.').waitFor();
    await looksGood('job-form');
    await card.getByLabel('When it runs').fill('30 7 * * 1-5');
    await card.getByText('Write five parts with a space between them.').waitFor({ state: 'detached' });
    const live = card.locator('[aria-live]');
    await live.getByText(/^Next time: /).waitFor({ state: 'attached' });
    await expect.poll(() => card.locator('form').getByRole('listitem').count()).toBeGreaterThan(1);
    expect(await live.getByRole('listitem').count(), 'one is read out').toBe(0);
    await card.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/The times of .*Clean up.* are saved/).waitFor();
    await card.getByRole('button', { name: /Pause/ }).click();
    await page.getByText(/Clean up.* is paused/).waitFor();
  });

  test('what is being written stays where the jobs cannot be read again', async () => {
    await signIn(page, stage, 'kim');
    await openJobs();
    const card = page.getByRole('article', { name: 'Clean up' });
    await card.getByRole('button', { name: /Change the times/ }).click();
    await card.getByLabel('When it runs').fill('30 7 * * 1-5');
    await page.route('**/v1/jobs', (route) => route.abort());
    await page.getByRole('button', { name: /Pause/ }).first().click();
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    expect(await card.getByLabel('When it runs').inputValue()).toBe('30 7 * * 1-5');
    await expectAccessible(page, 'jobs that could not be read again');
    await page.unroute('**/v1/jobs');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await card.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/The times of .*Clean up.* are saved/).waitFor();
  });

  test('while the clock is in doubt the page says so, and goes on after two taps', async () => {
    stage.agency.jobs.jump();
    await signIn(page, stage, 'kim');
    await openJobs();
    const notice = page.getByRole('region', { name: 'The clock of the server jumped' });
    await notice.getByText('No emails leave now, and no jobs run.', { exact: false }).waitFor();
    await notice.getByText(/It should have shown/).waitFor();
    // The other alarm would say the same in other words.
    await expect.poll(() => page.getByText('Emails are late now', { exact: false }).count()).toBe(0);
    await looksGood('clock-jumped');
    await notice.getByRole('button', { name: 'The clock is right: go on' }).click();
    await notice.getByRole('group').getByText(/Is it really/).waitFor();
    await looksGood('clock-confirm');
    await notice.getByRole('button', { name: 'Go back' }).click();
    expect(stage.agency.jobs.clock).not.toBeNull();
    await notice.getByRole('button', { name: 'The clock is right: go on' }).click();
    await notice.getByRole('button', { name: 'Yes, go on' }).click();
    await page.getByText('The server goes on.', { exact: false }).waitFor();
    await expect.poll(() => notice.count()).toBe(0);
    expect(stage.agency.jobs.clock).toBeNull();
  });

  test('the same in Spanish', async () => {
    await signIn(page, stage, 'kim');
    await speakSpanish();
    await page.evaluate(() => (location.hash = '#/jobs'));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page, 'jobs in Spanish');
  });
});

describe('an outage', () => {
  test('names whom to call, and each call is noted once', async () => {
    await signIn(page, stage, 'dana');
    await page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await page.getByRole('link', { name: 'See whom to call' }).click();
    await page.getByRole('heading', { name: 'When the server was down', level: 1 }).waitFor();
    await page.getByText(/4.* emails were not sent/).waitFor();
    await looksGood('outages');
    await page.getByRole('button', { name: /I have called.*Maria Sample/ }).click();
    await page.getByText(/Dana Placeholder.* called: /).waitFor();
    await expect.poll(() => focused(page)).toMatch(/Dana Placeholder.* called: /);
    await expect.poll(() => page.getByRole('button', { name: /I have called.*Maria Sample/ }).count()).toBe(0);
  });
});

describe('a link to book by', () => {
  test('is made on the client’s page, shown once, and taken back in two taps', async () => {
    await openClient();
    await page.getByText('Links to choose a time').click();
    await page.getByRole('button', { name: 'Make a link', exact: true }).click();
    await looksGood('booking-link-form');
    // Nobody has said that the client's address is theirs.
    stage.agency.links.unconfirmed = true;
    await page.getByRole('checkbox', { name: /Send it by email too/ }).check();
    await page.getByRole('button', { name: 'Make this link' }).click();
    await page.getByText('It waits until the client confirms their email address.', { exact: false }).waitFor();
    await page.getByText('It is shown only this once.', { exact: false }).waitFor();
    await page.getByText(/Works until/).waitFor();
    await looksGood('booking-link-made');
    await page.getByRole('button', { name: /^Take it back.*\d/ }).click();
    await page.getByRole('button', { name: 'Yes, take it back' }).click();
    await page.getByText('The link does not work any more.').waitFor();
    await expect.poll(() => page.getByText('It is shown only this once.', { exact: false }).count()).toBe(0);
  });
});
