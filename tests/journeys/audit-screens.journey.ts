// The pages of the audit log in a real browser, over the doubles: a client reads who looked at her record,
// a supervisor asks, and whoever may not ask is told so. axe finds nothing on any of them.
import { describe, expect, test } from 'vitest';
import { expectAccessible } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, noon, openScreens, page, speakSpanish, stage } from './screen.ts';

openScreens(noon);

describe('who has looked at my record', () => {
  test('a client reads it by day and person, in words, and older days on demand', async () => {
    await signIn(page, stage, 'maria');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Open the list' }).click();
    await page.getByRole('heading', { name: 'Who has looked at my record', level: 1 }).waitFor();
    const today = page.getByRole('region').first();
    await today.getByRole('heading', { name: 'Dana Placeholder' }).waitFor();
    await today.getByText(/Got messages.* · .*2.* times.*last at/).waitFor();
    await today.getByRole('heading', { name: 'You', exact: true }).waitFor();
    await looksGood('access');
    await page.getByRole('button', { name: 'Show what came before' }).click();
    await page.getByText(/Tried, and was stopped: .*Looked at how to reach someone/).waitFor();
    await page.getByRole('heading', { name: 'The server, by itself' }).waitFor();
    await page.getByText('That is all.').waitFor();
    await expect.poll(() => page.getByText(/read_|deliver|not_found/).count()).toBe(0);
  });

  test('the same in Spanish', async () => {
    await signIn(page, stage, 'maria');
    await speakSpanish();
    await page.getByRole('link', { name: 'Abrir la lista' }).click();
    await page.getByRole('heading', { name: 'Quién ha mirado mi expediente', level: 1 }).waitFor();
    await page.getByText(/Recibió mensajes/).waitFor();
    await expectAccessible(page, 'access in Spanish');
  });
});

describe('who saw what', () => {
  test('a supervisor asks by keyboard, pages on, and finds nothing where nothing is', async () => {
    await signIn(page, stage, 'robin');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Open the list' }).click();
    await page.getByRole('heading', { name: 'Who saw what', level: 1 }).waitFor();
    await page.getByLabel('Client', { exact: true }).selectOption({ label: 'Maria Sample · Client' });
    await page.getByRole('button', { name: 'Show', exact: true }).press('Enter');
    await page.getByText(/\b4\b.* entries/).waitFor();
    await page.getByRole('cell', { name: 'Opened a circle' }).waitFor();
    await looksGood('audit');
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await page.getByText(/\b7\b.* entries/).waitFor();
    await page.getByText('Only what was stopped').click();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('One entry').waitFor();
    await page.getByText('What this person did').click();
    await page.getByLabel('Person', { exact: true }).selectOption({ label: 'Sam Specimen · Case manager' });
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('Nothing found.').waitFor();
    await expectAccessible(page, 'audit, nothing found');
  });

  test('whoever showed their passkey long ago is asked for it again', async () => {
    stage.agency.stale = true;
    await signIn(page, stage, 'robin');
    await page.goto(`${stage.url}#/audit`);
    await page.getByRole('alert').filter({ hasText: 'Please show again that it is you' }).waitFor();
    await page.getByRole('button', { name: 'Show my passkey' }).waitFor();
    await looksGood('audit-stale');
  });

  test('a browser without passkeys is told so and asked for the password, and the page that comes has the focus', async () => {
    stage.agency.stale = true;
    stage.agency.ways.second = false;
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'));
    await signIn(page, stage, 'robin');
    await page.goto(`${stage.url}#/audit`);
    await page.getByText('This browser cannot use passkeys.').waitFor();
    await page.getByText('Your settings show how you sign in.').waitFor();
    await page.getByRole('link', { name: 'How you sign in' }).waitFor();
    expect(await page.getByRole('button', { name: 'Show my passkey' }).count()).toBe(0);
    await looksGood('audit-no-passkeys');
    await page.getByRole('button', { name: 'Use my password' }).press('Enter');
    await page.keyboard.type('robin');
    await page.getByRole('button', { name: 'Go back' }).press('Enter');
    await expect.poll(() => focused(page)).toBe('Use my password');
    await page.keyboard.press('Enter');
    await page.keyboard.type('robin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('four plain words');
    stage.agency.stale = false;
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show', exact: true }).waitFor();
    await expect.poll(() => focused(page)).toBe('Who saw what');
  });

  test('where the part that asks for it did not come, it is one press away', async () => {
    const part = '**/assets/ShowAgain-*';
    stage.agency.stale = true;
    await signIn(page, stage, 'robin');
    await page.route(part, (route) => route.abort());
    await page.goto(`${stage.url}#/audit`);
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    await page.unroute(part);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Show my passkey' }).waitFor();
  });

  test('whoever may not ask is told so', async () => {
    await signIn(page, stage, 'dana');
    await page.goto(`${stage.url}#/audit`);
    await page.getByText('You may not see this page.').waitFor();
    await expectAccessible(page, 'audit refused');
  });
});
