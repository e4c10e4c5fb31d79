// Intake as both sides see it, in real browsers over the double of the device core: every state of the
// wizard and of the waiting page, in both themes and languages, at 320 px, with text at 200 %.
import { describe, expect, test } from 'vitest';
import { INTAKE_DIGITS, INVITATION_CODE } from '../../web-client/doubles/scenes.ts';
import type { IntakeView } from '../../web-client/src/core/types.gen.ts';
import { expectAccessible, expectFitsNarrow, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, openClient, openScreens, page, stage } from './screen.ts';

openScreens();

/** The neighbour has not come in yet. */
function neighbour(): string {
  return stage.agency.around.clients[0]?.caregivers[1]?.person ?? '';
}
function stands(over: Partial<IntakeView>): void {
  const none = { state: null, link: null, code: null, expires_ms: null, digits: null, until_ms: null, elsewhere: false, mailed: false, forged: false };
  stage.news.happen({ kind: 'event', event: { kind: 'intake', intake: { person: neighbour(), ...none, ...over } } });
}
async function openInvite(): Promise<void> {
  await openClient();
  const card = page.getByRole('article', { name: 'Noel Sample' });
  await card.getByText(/has not come in yet/).waitFor();
  await card.getByRole('link', { name: /Invite/ }).click();
  await page.getByRole('heading', { name: /Invite .*Noel Sample/, level: 1 }).waitFor();
}

describe('whoever invites', () => {
  test('adds a client and helpers', async () => {
    await signIn(page, stage, 'dana');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('link', { name: 'New client' }).click();
    await looksGood('intake-who');
    await page.getByLabel('Full name').fill('Nora Invented');
    await page.getByRole('button', { name: 'Add this client' }).click();
    await page.getByRole('heading', { name: /Who helps/ }).waitFor();
    await page.getByRole('button', { name: 'Add a helper' }).click();
    await looksGood('intake-helper');
    await page.getByLabel('Full name of the helper').fill('Eva Invented');
    await page.getByLabel(/What are they to/).fill('sister');
    await page.getByRole('button', { name: 'Add this helper' }).click();
    await page.getByRole('article', { name: 'Eva Invented' }).waitFor();
    await looksGood('intake-helpers');
    await page.getByRole('link', { name: /Go on: invite/ }).click();
    await page.getByRole('button', { name: 'Make the code' }).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('heading', { name: /Who helps/ }).waitFor();
  });

  test('stays where they went while a new client was being added', async () => {
    await signIn(page, stage, 'dana');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('link', { name: 'New client' }).click();
    await page.getByLabel('Full name').fill('Nora Invented');
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/v1/people', async (route) => {
      if (route.request().method() === 'POST') await slow;
      await route.continue();
    });
    const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/v1/people'));
    await page.getByRole('button', { name: 'Add this client' }).click();
    await asked;
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    // The list is read once more when she was added.
    const read = page.waitForResponse((got) => got.request().method() === 'GET' && got.url().endsWith('/v1/people'));
    answer();
    await (await read).finished();
    // What follows from an answer is done before the next frame but one.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(new URL(page.url()).hash).toBe('#/settings');
  });

  test('is one press away from the pages of intake where they did not come', async () => {
    const part = '**/assets/IntakePages-*';
    await signIn(page, stage, 'dana');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.route(part, (route) => route.abort());
    await page.getByRole('link', { name: 'New client' }).click();
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    await expect.poll(() => focused(page)).toBe('Not open yet');
    await looksGood('intake-not-opened');
    await page.unroute(part);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Full name').waitFor();
    expect(new URL(page.url()).hash).toBe('#/people/new');
  });

  test('shows the code, compares, and is done', async () => {
    await openInvite();
    await looksGood('intake-before');
    await page.getByRole('button', { name: 'Make the code' }).click();
    await page.getByText(INVITATION_CODE).first().waitFor();
    await looksGood('intake-code');
    // The paper stands alone, and names nobody.
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.sheet');
    await sheet.getByText('Your invitation', { exact: true }).waitFor();
    await expect.poll(() => sheet.textContent()).not.toMatch(/Noel|Maria|Placeholder/);
    await expect.poll(() => page.locator('#app').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });

    stands({ state: 'arrived', digits: INTAKE_DIGITS, until_ms: Date.now() + 600_000 });
    await page.getByText('6 0 4 1 5 3').waitFor({ state: 'attached' });
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    await looksGood('intake-digits');
    await page.getByRole('button', { name: 'Yes, the same digits' }).click();
    await page.getByRole('heading', { name: /is in/ }).waitFor();
    await page.getByText('You have checked it face to face').waitFor();
    await looksGood('intake-done');
  });

  test('turns away whoever shows other digits, and makes a new code', async () => {
    await openInvite();
    stands({ state: 'arrived', digits: INTAKE_DIGITS, until_ms: Date.now() + 600_000 });
    await page.getByRole('button', { name: 'No, other digits' }).click();
    await looksGood('intake-no');
    await page.getByRole('button', { name: 'Turn them away' }).click();
    await page.getByText('We turned them away').waitFor();
    await looksGood('intake-turned-away');
    await page.getByRole('button', { name: 'Make a new code' }).click();
    await page.getByText(INVITATION_CODE).first().waitFor();
  });

  test.each<[string, Partial<IntakeView>, RegExp]>([
    ['late', { state: 'arrived', until_ms: 1 }, /more than ten minutes/],
    ['forged', { state: 'arrived', forged: true }, /Somebody is between your two phones/],
    ['elsewhere', { state: 'open', elsewhere: true }, /made on another phone/],
    ['over', { state: 'over' }, /This invitation has ended/],
    ['not-verified', { state: 'let_in' }, /shown as “not verified” until you meet/],
  ])('is told when it is %s', async (name, view, words) => {
    await openInvite();
    stands(view);
    await page.getByText(words).waitFor();
    await looksGood(`intake-${name}`);
  });

  test('writes down who acts for the client, and ends it', async () => {
    await openClient();
    const card = page.getByRole('article', { name: 'Ana Sample' });
    await card.getByText(/Acting for/).click();
    await card.getByLabel('What did you see that shows it?').fill('Court order of March 3.');
    await looksGood('acts-for-form');
    await card.getByRole('button', { name: 'Write it down' }).click();
    await card.getByText(/Acts for .* as .*guardian/).waitFor();
    await card.getByText(/Court order of March 3/).waitFor();
    await looksGood('acts-for');
    await card.getByRole('button', { name: 'End it' }).click();
    await card.getByRole('button', { name: 'Yes, end it' }).click();
    await card.getByText(/Acted for/).waitFor();
  });
});

describe('whoever was invited', () => {
  test('types the code, shows six digits, and waits', async () => {
    await page.goto(stage.url);
    await page.getByRole('button', { name: 'I have a code from my agency' }).click();
    await looksGood('type-code');
    await page.getByLabel('Code from your paper or from the screen').fill('too short');
    await page.keyboard.press('Enter');
    await page.getByText(/A code has 26/).waitFor();
    await looksGood('type-code-trouble');
    await page.getByLabel('Code from your paper or from the screen').fill(INVITATION_CODE.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Yes, this is me' }).click();
    await page.getByRole('heading', { name: /Show these digits to .*Dana/ }).waitFor();
    await page.getByText('6 0 4 1 5 3').waitFor({ state: 'attached' });
    await looksGood('awaiting');
    await page.reload();
    await page.getByText('6 0 4 1 5 3').waitFor({ state: 'attached' });
    stage.news.happen({ kind: 'confirmed' });
    await page.getByRole('heading', { name: 'Your circles' }).waitFor();
  });

  test('sees who checked whom in the circle', async () => {
    await signIn(page, stage, 'maria');
    await page.getByRole('link', { name: /Maria’s family/ }).click();
    await page.getByRole('link', { name: /people/ }).first().click();
    await page.getByText(/Checked in person by you on/).waitFor();
    await page.getByText(/Checked in person by .*Dana Placeholder.* on/).waitFor();
    await looksGood('members-met');
  });

  test('reads Spanish, and fits 320 px with text at 200 %', async () => {
    await page.goto(`${stage.url}#/join/maria.awaited`);
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByRole('button', { name: 'Sí, soy yo' }).click();
    await page.getByRole('heading', { name: /Muestra estos números/ }).waitFor();
    await looksGood('awaiting-es');
    await page.evaluate(() => (document.documentElement.dataset['size'] = '200'));
    await expectFitsNarrow(page, 'awaiting large');
  });
});

test('the pages of whoever invites fit 320 px with text at 200 %, in Spanish', async () => {
  await openInvite();
  const invite = new URL(page.url()).hash;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: '200%' }).check();
  await page.getByRole('button', { name: 'Español' }).click();
  await page.evaluate((hash) => (location.hash = hash), invite);
  await page.getByRole('button', { name: 'Hacer el código' }).click();
  await page.getByText(INVITATION_CODE).first().waitFor();
  await expectFitsNarrow(page, 'invitation large');
  await takePictures(page, 'intake-code-es-large');
  stands({ state: 'arrived', digits: INTAKE_DIGITS, until_ms: Date.now() + 600_000 });
  await page.getByRole('button', { name: 'Sí, los mismos números' }).waitFor();
  await expectFitsNarrow(page, 'digits large');
  await takePictures(page, 'intake-digits-es-large');
  await page.setViewportSize({ width: 320, height: 640 });
  await expectAccessible(page, 'digits large');
});
