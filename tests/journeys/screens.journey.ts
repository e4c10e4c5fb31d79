// Every page of the web client in a real browser, over the double of the device core: what a person
// sees and can do, that axe finds nothing, and that the page's policy is never broken.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { DESKTOP, PHONE, expectAccessible, expectNoSidewaysScroll, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { looksGood, openClient, openScreens, page, profile, stage } from './screen.ts';

openScreens();

async function openThread(title: string): Promise<void> {
  await profile.page.getByRole('link', { name: title }).click();
  await profile.page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

function message(on: Page, text: string): Locator {
  return on.locator('[data-item]').filter({ hasText: text });
}

describe('signing in', () => {
  test('a link shows whom it is for and leaves the address bar at once', async () => {
    await page.goto(`${stage.url}#/link/maria.fingerprint`);
    await page.getByRole('heading', { name: /Hello, .*Maria Sample/ }).waitFor();
    expect(page.url()).toBe(stage.url);
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
    await expectAccessible(page, 'sign-in');
    await takePictures(page, 'sign-in');
    await page.getByRole('button', { name: 'Español' }).click();
    await page.getByRole('button', { name: 'Sí, soy yo' }).waitFor();
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('es');
  });

  test.each([
    ['expired', 'This link is too old'],
    ['used', 'This link was used already'],
    ['unknown', 'We do not know this link'],
  ])('an %s link says so', async (link, sentence) => {
    await page.goto(`${stage.url}#/link/${link}.fingerprint`);
    await page.getByRole('heading', { name: sentence }).waitFor();
    await expectAccessible(page, `${link} link`);
  });

  test('without a link the page says what is needed', async () => {
    await page.goto(stage.url);
    await page.getByRole('heading', { name: 'Open your link' }).waitFor();
    await expectAccessible(page, 'no link');
  });
});

describe('a conversation', () => {
  test('shows who said what and when, and sends by Enter', async () => {
    await signIn(page, stage, 'maria');
    await expectAccessible(page, 'circles');
    await takePictures(page, 'circles');
    await openThread('Maria and Dana');
    await page.getByText('I have the letter').waitFor();
    await message(page, 'One message could not be read').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Call 988' }).getAttribute('href')).toBe('tel:988');
    await page.getByLabel('Your message').fill('First line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    await page.keyboard.press('Enter');
    const own = message(page, 'First line\nsecond line');
    await own.getByText('sent', { exact: true }).waitFor();
    await expect.poll(() => page.getByLabel('Your message').inputValue()).toBe('');
    await expectAccessible(page, 'conversation');
    await takePictures(page, 'conversation');
  });

  test('keeps messages here without a connection, and sends them by itself', async () => {
    const { context } = profile;
    await signIn(page, stage, 'maria');
    await openThread('Maria and Dana');
    await context.setOffline(true);
    await page.getByLabel('Your message').fill('Are you there?');
    await page.keyboard.press('Enter');
    await page.getByText('Your messages wait here and go out by themselves').waitFor();
    const own = message(page, 'Are you there?');
    await own.getByText('waiting', { exact: true }).waitFor();
    await expectAccessible(page, 'offline');
    await takePictures(page, 'offline');
    await context.setOffline(false);
    await own.getByText('sent', { exact: true }).waitFor();
  });

  test('a second tab is a guest of the first, and takes over when it closes', async () => {
    await signIn(page, stage, 'maria');
    const first = page;
    const second = await profile.openTab(stage.url);
    await openThread('Maria and Dana');
    await second.getByLabel('Your message').fill('From the second tab');
    await second.keyboard.press('Enter');
    await message(second, 'second tab').getByText('sent', { exact: true }).waitFor();
    await first.close();
    // What is asked of a tab while it closes is refused; the browser hands its lock on a moment later.
    await expect
      .poll(() => second.evaluate(async () => ((await navigator.locks.query()).pending ?? []).length))
      .toBe(0);
    await second.getByLabel('Your message').fill('After the first closed');
    await second.keyboard.press('Enter');
    await message(second, 'After the first').getByText('sent', { exact: true }).waitFor();
    await second.reload();
    await message(second, 'After the first').waitFor();
  });

  test('a circle that is not open yet says so', async () => {
    await signIn(page, stage, 'maria');
    await openThread('Moving house');
    await page.getByText('It opens by itself').waitFor();
    await expect.poll(() => page.getByLabel('Your message').count()).toBe(0);
    await expectAccessible(page, 'waiting circle');
  });

  test('its people are listed, with what "not verified" means', async () => {
    await signIn(page, stage, 'maria');
    await openThread('Maria and Dana');
    await page.getByRole('link', { name: /3.* people/ }).click();
    await page.getByRole('heading', { name: /Who is in/ }).waitFor();
    await page.getByText('What does “not verified” mean?').click();
    await page.getByText('The agency says who this').waitFor();
    await expectAccessible(page, 'members');
    await takePictures(page, 'members');
  });
});

describe('people', () => {
  test('a case manager records a consent and invites into a new circle', async () => {
    await openClient();
    await expectAccessible(page, 'client');
    await takePictures(page, 'client');
    // The server's card was read before the circle opened, and this device has heard of it since.
    const family = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Maria’s family' }) });
    await family.waitFor();
    expect(await family.getByText('Not open yet').count()).toBe(0);
    await page.getByRole('button', { name: 'Record another consent' }).click();
    await page.getByLabel('What was agreed?').fill('Maria agreed by phone.');
    await expectAccessible(page, 'consent form');
    await takePictures(page, 'consent');
    await page.getByRole('button', { name: 'Save consent' }).click();
    await page.getByText('You can now invite').waitFor();
    await page.getByRole('button', { name: 'Invite into a new circle' }).click();
    await expect.poll(() => page.getByRole('checkbox', { name: 'Sam Specimen' }).isChecked()).toBe(true);
    await expectAccessible(page, 'circle form');
    await takePictures(page, 'new-circle');
    await page.getByRole('button', { name: 'Make the circle' }).click();
    await page.getByText('It opens as soon as people sign in').waitFor();
    expect(stage.posted.map(({ path }) => path)).toEqual(['/v1/consents', '/v1/circles']);
  });

  test('a client sees who can read what', async () => {
    await signIn(page, stage, 'maria');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { name: 'People around you' }).waitFor();
    await expectAccessible(page, 'my people');
    await takePictures(page, 'my-people');
  });

  test('whoever acts for a client sees to what is theirs, and to their visits', async () => {
    await signIn(page, stage, 'ana');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page, 'acting for whom');
    await page.evaluate((person) => (location.hash = `#/people/${person}`), stage.agency.around.clients[0]?.person);
    await page.getByRole('heading', { name: /Maria Sample/, level: 1 }).waitFor();
    await page.getByRole('link', { name: /Who has looked at the record of .*Maria Sample/ }).waitFor();
    await page.getByRole('region', { name: 'Visits' }).getByRole('heading', { level: 3 }).first().waitFor();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await looksGood('acting');
  });

  test('a caregiver who acts for nobody is offered no such page', async () => {
    stage.agency.around.clients = [];
    await signIn(page, stage, 'ana');
    // What this page knew of her from before is there until the server has answered.
    await page.getByRole('link', { name: 'People', exact: true }).waitFor({ state: 'detached' });
  });
});

describe('every body', () => {
  test('pages fit 320 px with text at 200 %', async () => {
    await signIn(page, stage, 'maria');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: '200%' }).check();
    await expectAccessible(page, 'settings');
    await takePictures(page, 'settings-large');
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSidewaysScroll(page, 'settings');
    for (const name of ['People', 'Messages']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectNoSidewaysScroll(page, name);
    }
    await openThread('Maria and Dana');
    await expectNoSidewaysScroll(page, 'conversation');
    await page.getByLabel('Your message').scrollIntoViewIfNeeded();
    await expectAccessible(page, 'narrow conversation');
  });

  test('a keyboard alone reads and sends, and targets are large enough', async () => {
    await signIn(page, stage, 'maria');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the main part');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    for (const viewport of [PHONE, DESKTOP]) {
      await page.setViewportSize(viewport);
      const small = await page.locator('.button:visible, nav a:visible').evaluateAll((all) =>
        all
          .map((one) => ({ words: one.textContent, height: one.getBoundingClientRect().height }))
          .filter(({ height }) => height < 44),
      );
      expect(small).toEqual([]);
    }
  });

  test('quick exit empties the page and goes somewhere harmless', async () => {
    const { context } = profile;
    await context.route('https://www.weather.gov/', (route) => route.fulfill({ body: 'weather' }));
    await signIn(page, stage, 'maria');
    await page.getByRole('button', { name: 'Leave fast' }).click();
    await page.getByText('weather').waitFor();
  });
});
