// Every page of the web client in a real browser, over the double of the device core: what a person
// sees and can do, that axe finds nothing, and that the page's policy is never broken.
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DESKTOP, PHONE, expectAccessible, expectFitsNarrow, expectNoSidewaysScroll, openProfile, takePictures, type Profile,
} from './browser.ts';
import type { Who } from '../../web-client/doubles/story.ts';
import { playDouble, signIn as openLinkOf, type Stage } from './double.ts';
import { openClient } from './family.ts';

let stage: Stage;
let profile: Profile;

beforeAll(async () => {
  stage = await playDouble();
});
afterAll(() => stage.end());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(async () => {
  const { violations } = profile;
  await profile.end();
  expect(violations).toEqual([]);
});

async function signIn(who: Who): Promise<void> {
  await openLinkOf(profile.page, stage, who);
}

async function openThread(title: string): Promise<void> {
  await profile.page.getByRole('link', { name: title }).click();
  await profile.page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

function message(page: Page, text: string): Locator {
  return page.locator('[data-item]').filter({ hasText: text });
}

describe('signing in', () => {
  test('a link shows whom it is for and leaves the address bar at once', async () => {
    const { page } = profile;
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
    await profile.page.goto(`${stage.url}#/link/${link}.fingerprint`);
    await profile.page.getByRole('heading', { name: sentence }).waitFor();
    await expectAccessible(profile.page, `${link} link`);
  });

  test('without a link the page says what is needed', async () => {
    await profile.page.goto(stage.url);
    await profile.page.getByRole('heading', { name: 'Open your link' }).waitFor();
    await expectAccessible(profile.page, 'no link');
  });
});

describe('a conversation', () => {
  test('shows who said what and when, and sends by Enter', async () => {
    const { page } = profile;
    await signIn('maria');
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
    const { page, context } = profile;
    await signIn('maria');
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
    await signIn('maria');
    const first = profile.page;
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
    await signIn('maria');
    await openThread('Moving house');
    await profile.page.getByText('It opens by itself').waitFor();
    await expect.poll(() => profile.page.getByLabel('Your message').count()).toBe(0);
    await expectAccessible(profile.page, 'waiting circle');
  });

  test('its people are listed, with what "not verified" means', async () => {
    const { page } = profile;
    await signIn('maria');
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
    const { page } = profile;
    await signIn('dana');
    await openClient({ page });
    await expectAccessible(page, 'client');
    await takePictures(page, 'client');
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
    await signIn('maria');
    await profile.page.getByRole('link', { name: 'People', exact: true }).click();
    await profile.page.getByRole('heading', { name: 'People around you' }).waitFor();
    await expectAccessible(profile.page, 'my people');
    await takePictures(profile.page, 'my-people');
  });

  test('whoever acts for a client sees to what is theirs, and to their visits', async () => {
    await signIn('ana');
    await profile.page.getByRole('link', { name: 'People', exact: true }).click();
    await profile.page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(profile.page, 'acting for whom');
    await profile.page.evaluate((person) => (location.hash = `#/people/${person}`), stage.agency.around.clients[0]?.person);
    await profile.page.getByRole('heading', { name: /Maria Sample/, level: 1 }).waitFor();
    await profile.page.getByRole('link', { name: /Who has looked at the record of .*Maria Sample/ }).waitFor();
    await profile.page.getByRole('region', { name: 'Visits' }).getByRole('heading', { level: 3 }).first().waitFor();
    await expect.poll(() => profile.page.getByRole('alert').count()).toBe(0);
    await expectAccessible(profile.page, 'acting');
    await expectFitsNarrow(profile.page, 'acting');
    await takePictures(profile.page, 'acting');
  });

  test('a caregiver who acts for nobody is offered no such page', async () => {
    const { around } = stage.agency;
    stage.agency.around = { ...around, clients: [] };
    try {
      await signIn('ana');
      // What this page knew of her from before is there until the server has answered.
      await profile.page.getByRole('link', { name: 'People', exact: true }).waitFor({ state: 'detached' });
    } finally {
      stage.agency.around = around;
    }
  });
});

describe('every body', () => {
  test('pages fit 320 px with text at 200 %', async () => {
    const { page } = profile;
    await signIn('maria');
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
    const { page } = profile;
    await signIn('maria');
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
    const { page, context } = profile;
    await context.route('https://www.weather.gov/', (route) => route.fulfill({ body: 'weather' }));
    await signIn('maria');
    await page.getByRole('button', { name: 'Leave fast' }).click();
    await page.getByText('weather').waitFor();
  });
});
