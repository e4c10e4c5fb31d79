// A new client comes in, against the real server: their case manager and they, side by side, each at a
// screen. From "new client" to the first message and the marks, and then signing in again, by keyboard alone:
// nothing here touches a pointer, and the pages count that nobody did.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import { DANA, endJourney, expectNoTrouble } from './family.ts';
import { tabTo } from './keyboard.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

const NORA = 'Nora Invented';
const EVA = 'Eva Invented';
const CIRCLE = 'Nora and Dana';

/** Goes to a control by Tab and presses Enter. */
async function press(page: Page, words: string | RegExp): Promise<void> {
  await tabTo(page, words);
  await page.keyboard.press('Enter');
}
async function write(page: Page, label: RegExp, text: string): Promise<void> {
  await tabTo(page, label);
  await page.keyboard.type(text);
}
/** From the top of the page, so that what stands before the focus is found too. */
async function fromTop(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}
async function digits(page: Page): Promise<string> {
  return (await page.getByRole('main').locator('p > [aria-hidden]').allTextContents()).join('').replaceAll(/\D/g, '').slice(-6);
}
async function countPointers(person: Person): Promise<void> {
  await person.profile.context.addInitScript(() => {
    const count = (): void => sessionStorage.setItem('pointers', 'used');
    for (const name of ['pointerdown', 'mousedown', 'touchstart']) addEventListener(name, count, true);
  });
}

describe('intake', () => {
  let server: Server;
  let dana: Person;
  let nora: Person;

  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.arrive(DANA, server);
    nora = await Person.arrive(NORA, server);
    for (const one of [dana, nora]) await countPointers(one);
    await nora.holdAuthenticator();
    await dana.page.goto(server.link(DANA));
    await dana.page.getByRole('button', { name: 'Yes, this is me' }).waitFor();
    await press(dana.page, 'Yes, this is me');
    await dana.page.getByText('Connected', { exact: true }).waitFor();
  });
  afterAll(() => endJourney(server, dana, nora));

  test('a case manager adds a client, a helper and what the client allows', async () => {
    const { page } = dana;
    await press(page, 'People');
    await page.getByRole('heading', { name: 'Your clients' }).waitFor();
    await press(page, 'New client');
    await page.getByRole('heading', { name: 'Who is the new client?' }).waitFor();
    await write(page, /^Full name/, NORA);
    await expectGoodLooks(page, 'real-intake-client');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Who helps .*Nora Invented/ }).waitFor();
    await press(page, 'Add a helper');
    await page.getByLabel('Full name of the helper').waitFor();
    await page.keyboard.type(EVA);
    await write(page, /^What are they to/, 'sister');
    await page.keyboard.press('Enter');
    await page.getByText(/Eva Invented.* is added/).waitFor();
    await press(page, 'Record a consent');
    await write(page, /^What was agreed/, 'Nora said yes at intake.');
    await press(page, 'Save consent');
    await page.getByText('In force').waitFor();
    await expectGoodLooks(page, 'real-intake-helpers');
    await press(page, /^Go on: invite/);
    await page.getByRole('heading', { name: /Invite .*Nora Invented/, level: 1 }).waitFor();
  });

  test('the client types the code, and the same six digits stand on both screens', async () => {
    const { page } = dana;
    await press(page, 'Make the code');
    await page.getByRole('img', { name: /square code/ }).waitFor();
    await expectGoodLooks(page, 'real-intake-code');
    const code = (await page.locator('#main .code [aria-hidden]').textContent()) ?? '';
    expect(code.replaceAll('-', '')).toMatch(/^[0-9A-Z]{26}$/);

    await nora.page.goto(server.url);
    await nora.page.getByRole('heading', { name: 'Open your link' }).waitFor();
    await press(nora.page, 'I have a code from my agency');
    await nora.page.getByRole('heading', { name: 'Type your code' }).waitFor();
    await expectAccessible(nora.page, 'type a code');
    await write(nora.page, /^Code from your paper/, 'ABC');
    await nora.page.keyboard.press('Enter');
    await nora.page.getByText(/A code has 26/).waitFor();
    for (let n = 0; n < 3; n += 1) await nora.page.keyboard.press('Backspace');
    // As people type: small letters, spaces, O for 0 and I for 1.
    await nora.page.keyboard.type(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'i'));
    await nora.page.keyboard.press('Enter');
    await nora.page.getByRole('heading', { name: NORA }).waitFor();
    await press(nora.page, 'Yes, this is me');
    await nora.page.getByRole('heading', { name: /Show these digits to/ }).waitFor();
    await page.getByRole('heading', { name: 'Somebody came with the code' }).waitFor();
    const [hers, his] = [await digits(nora.page), await digits(page)];
    expect(hers).toMatch(/^\d{6}$/);
    expect(his).toBe(hers);
    await expectGoodLooks(nora.page, 'real-intake-waiting');
    await expectGoodLooks(page, 'real-intake-digits');
    // Both pages are opened again: they go on where they were.
    await page.reload();
    await page.getByRole('heading', { name: 'Somebody came with the code' }).waitFor();
    await nora.page.reload();
    await nora.page.getByRole('heading', { name: /Show these digits to/ }).waitFor();
    expect(await digits(nora.page)).toBe(hers);
    expect(await digits(page)).toBe(hers);
  });

  test('after yes they write to each other, and both are marked', async () => {
    const { page } = dana;
    await press(page, 'Yes, the same digits');
    await page.getByRole('heading', { name: /Nora Invented.* is in/ }).waitFor();
    await nora.page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await expectAccessible(page, 'done');
    await takePictures(page, 'real-intake-done');
    await press(page, 'Begin your first circle');
    await page.getByRole('link', { name: 'Open the circle' }).waitFor();
    await press(page, 'Open the circle');
    await page.getByRole('heading', { name: CIRCLE, level: 1 }).waitFor();
    await nora.page.getByRole('link', { name: CIRCLE }).waitFor();
    await fromTop(nora.page);
    await tabTo(nora.page, new RegExp(CIRCLE));
    await nora.page.keyboard.press('Enter');
    await nora.page.getByRole('heading', { name: CIRCLE, level: 1 }).waitFor();
    await write(nora.page, /^Your message/, 'It works on my phone.');
    await nora.page.keyboard.press('Enter');
    await dana.sees('It works on my phone.');
    await write(page, /^Your message/, 'Good to have you here.');
    await page.keyboard.press('Enter');
    await nora.sees('Good to have you here.');
    for (const one of [dana, nora]) {
      await fromTop(one.page);
      await press(one.page, /people$/);
      await one.page.getByRole('heading', { name: /Who is in/ }).waitFor();
    }
    await page.getByText(/Checked in person by you on/).waitFor();
    await page.getByText(/Checked in person by .*Nora Invented.* on/).waitFor();
    await nora.page.getByText(/Checked in person by you on/).waitFor();
    await nora.page.getByText(/Checked in person by .*Dana Placeholder.* on/).waitFor();
    await expect.poll(() => page.getByText('Not verified', { exact: true }).count()).toBe(0);
    await expectAccessible(page, 'marks');
    await takePictures(page, 'real-intake-marks');
    await expectNoTrouble([dana, nora]);
  });

  test('by keyboard alone the client signs out and in again with a passkey', async () => {
    const { page } = nora;
    await fromTop(page);
    await press(page, 'Settings');
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await press(page, 'Add a passkey');
    await page.getByText('Passkey, since').waitFor();
    await fromTop(page);
    await press(page, 'Sign out');
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await press(page, 'Sign in with a passkey');
    await page.getByText('Connected', { exact: true }).waitFor();
    for (const one of [dana, nora]) {
      expect(await one.page.evaluate(() => sessionStorage.getItem('pointers')), one.name).toBeNull();
    }
  });
});
