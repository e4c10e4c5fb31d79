// What a person sees of their own devices and keys, in real browsers over the double of the device
// core: adding a device from one browser to another, shutting a stolen phone out. Each state in both
// themes and languages, at 320 px, and by keyboard alone.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../../web-client/doubles/scenes.ts';
import type { Who } from '../../web-client/doubles/story.ts';
import { expectAccessible, expectFitsNarrow, takePictures, takeTall } from './browser.ts';
import { signIn } from './double.ts';
import { focused, tabTo } from './keyboard.ts';
import { looksGood, openAnother, openScreens, page, profile, speakSpanish, stage } from './screen.ts';

openScreens();

/** Signs in and opens the page of devices by the settings. */
async function openDevices(who: Who, scene: Scene = 'plain'): Promise<void> {
  await signIn(page, stage, who, scene);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Your devices' }).click();
  await page.getByRole('heading', { name: 'Your devices', level: 1 }).waitFor();
}

/** Shows again that it is her. */
async function showPassword(): Promise<void> {
  await page.getByRole('button', { name: 'Use my password' }).click();
  await page.getByLabel('Your sign-in name').fill('maria');
  await page.getByLabel('Password', { exact: true }).fill('four plain words');
  await page.keyboard.press('Enter');
}

describe('my devices', () => {
  test('are listed, this one marked, with what happens if it is lost', async () => {
    await openDevices('maria');
    await page.getByRole('article', { name: 'This device' }).waitFor();
    await expect.poll(() => page.getByRole('article').count()).toBe(2);
    await expect.poll(() => page.getByRole('article', { name: 'This device' }).getByRole('button').count()).toBe(0);
    await page.getByText('come back with your other device').waitFor();
    await looksGood('devices');
    await takeTall(page, 'devices');
  });

  test.each<[Scene, RegExp]>([
    ['alone', /no way back on your own/],
    ['safe', /You are safe/],
  ])('say how safe the keys are: %s', async (scene, sentence) => {
    await openDevices('maria', scene);
    await page.getByText(sentence).waitFor();
    await expectAccessible(page, `devices, ${scene}`);
  });

  test('one is signed out by two taps, and keeping it takes one', async () => {
    await openDevices('maria');
    const other = page.getByRole('article', { name: /^Another device, added/ });
    await other.getByRole('button', { name: 'Sign out there' }).click();
    await other.getByRole('button', { name: 'No, go back' }).click();
    await expect.poll(() => focused(page)).toBe('Sign out there');
    await other.getByRole('button', { name: 'Sign out there' }).click();
    await expectAccessible(page, 'signing out there');
    await takePictures(page, 'device-out');
    await other.getByRole('button', { name: 'Yes, sign it out' }).click();
    await page.getByText('That device is signed out.').waitFor();
    await expect.poll(() => page.getByRole('article').count()).toBe(1);
    await expect.poll(() => focused(page)).toBe('That device is signed out.');
    await page.getByText(/no way back on your own/).waitFor();
  });

  test('a stolen one is explained first, and the way to a new code follows', async () => {
    await openDevices('maria', 'safe');
    const other = page.getByRole('article', { name: /^Another device, added/ });
    await other.getByRole('button', { name: 'This one was stolen' }).click();
    await other.getByText('People in your circles see that your keys changed').waitFor();
    await other.getByText('Your old recovery code stops working').waitFor();
    await looksGood('device-stolen');
    await other.getByRole('button', { name: 'Yes, it was stolen' }).click();
    await page.getByText('you have new keys').waitFor();
    await page.getByRole('link', { name: 'Now make a new recovery code.' }).click();
    await page.getByRole('button', { name: 'Make my code' }).waitFor();
  });

  test('speak Spanish', async () => {
    await signIn(page, stage, 'maria');
    await speakSpanish();
    await page.getByRole('link', { name: 'Tus aparatos' }).click();
    await page.getByRole('article', { name: 'Este aparato' }).waitFor();
    await page.getByRole('button', { name: 'Este me lo robaron' }).click();
    await looksGood('devices-es');
  });
});

describe('adding a device', () => {
  test('wants the person first, twice if it takes long, and goes on where it was', async () => {
    await openDevices('maria');
    const { ways } = stage.agency;
    ways.second = false;
    ways.stale = true;
    stage.news.stale = () => ways.stale;
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByText('Please show again that it is you.').waitFor();
    await looksGood('add-device-step-up');
    expect(await page.getByRole('img', { name: /square code/ }).count()).toBe(0);
    await showPassword();
    const link = await page.getByLabel('Or open this link').inputValue();

    const { page: second } = await openAnother();
    await second.goto(link);
    const ask = page.getByRole('group', { name: 'A new device wants to come in' });
    await ask.waitFor();
    ways.stale = true;
    await ask.getByRole('button', { name: 'Yes, let it in' }).click();
    await page.getByText('Please show again that it is you.').waitFor();
    await ask.waitFor();
    await showPassword();
    await page.getByText('Your new device is in.').waitFor();
    await second.getByRole('heading', { name: 'Your circles' }).waitFor();
  });

  test('goes from one browser to another by keyboard alone, and each shows the same digits', async () => {
    await signIn(page, stage, 'maria');
    await page.keyboard.press('Tab');
    await tabTo(page, 'Settings');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await tabTo(page, 'Your devices');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your devices', level: 1 }).waitFor();
    await tabTo(page, 'Add a device');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /square code/ }).waitFor();
    await expect.poll(() => focused(page)).toContain('point the camera');
    await looksGood('add-device');
    await takeTall(page, 'add-device');
    const link = await page.getByLabel('Or open this link').inputValue();
    expect(link.startsWith(`${stage.url}#/device/`)).toBe(true);

    const { page: second } = await openAnother();
    await second.goto(link);
    await second.getByText('4 8 2 9 1 3').waitFor({ state: 'attached' });
    expect(second.url()).toBe(stage.url);
    await expect.poll(() => focused(second)).toBe('Look at your first device');
    await looksGood('comparing', second);

    const ask = page.getByRole('group', { name: 'A new device wants to come in' });
    await ask.waitFor();
    // The link is used: nobody shall scan it a second time.
    await expect.poll(() => page.getByRole('img', { name: /square code/ }).count()).toBe(0);
    await expect.poll(() => focused(page)).toContain('Do you see these digits on the new device?');
    await looksGood('ask-digits');
    await tabTo(page, 'Yes, let it in');
    await page.keyboard.press('Enter');
    await page.getByText('Your new device is in.').waitFor();
    await expect.poll(() => focused(page)).toContain('Your new device is in.');
    await page.getByRole('article').nth(2).waitFor();

    // The new device is at home at once, and its circles come in beside.
    await second.getByRole('heading', { name: 'Your circles' }).waitFor();
    await second.getByText(/Fetching your circles: .*12.* of .*83/).waitFor();
    await looksGood('joining', second);
    await second.getByRole('link', { name: 'Maria and Dana' }).click();
    await second.getByLabel('Your message').fill('From my new phone');
    await second.keyboard.press('Enter');
    await second.locator('[data-item]').filter({ hasText: 'From my new phone' }).getByText('sent', { exact: true }).waitFor();
    stage.news.happen({ kind: 'joining', joining: { done: 82, of: 83 } });
    await second.getByText(/82.* of .*83/).waitFor();
    stage.news.happen({ kind: 'joining', joining: null });
    await second.getByText('All your circles are here.').waitFor({ state: 'attached' });
    await expect.poll(() => second.getByText(/Fetching your circles/).count()).toBe(0);
  });

  test('is refused when the digits differ, and the new device says so', async () => {
    await openDevices('maria');
    await page.getByRole('button', { name: 'Add a device' }).click();
    const link = await page.getByLabel('Or open this link').inputValue();
    const { page: second } = await openAnother();
    await second.goto(link);
    await second.getByRole('heading', { name: 'Look at your first device' }).waitFor();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await page.getByText('It was not let in').waitFor();
    await expectAccessible(page, 'not let in');
    await second.getByRole('heading', { name: 'This link has ended' }).waitFor();
    await expectAccessible(second, 'link ended');
    await takePictures(second, 'link-ended');
  });

  test('a link that was used already says so on the third device', async () => {
    await openDevices('maria');
    await page.getByRole('button', { name: 'Add a device' }).click();
    const link = await page.getByLabel('Or open this link').inputValue();
    const { page: second } = await openAnother();
    await second.goto(link);
    await second.getByRole('heading', { name: 'Look at your first device' }).waitFor();
    const { page: third } = await openAnother();
    await third.goto(link);
    await third.getByRole('heading', { name: 'Another device used this link' }).waitFor();
    await third.getByText('tap “No” on your first device now').waitFor();
  });

  test('is asked about wherever on the page the person is', async () => {
    await openDevices('maria');
    await page.getByRole('button', { name: 'Add a device' }).click();
    const link = await page.getByLabel('Or open this link').inputValue();
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await page.getByRole('heading', { name: 'Your circles' }).waitFor();
    const { page: second } = await openAnother();
    await second.goto(link);
    await page.getByRole('alert').getByText('A new device wants to come in as you.').waitFor();
    await expectAccessible(page, 'asked elsewhere');
    await takePictures(page, 'asked-elsewhere');
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('button', { name: 'Yes, let it in' }).waitFor();
  });

  test('needs a connection, and says so before and after', async () => {
    await openDevices('maria');
    await profile.context.setOffline(true);
    await page.getByText('To change something here you need one').waitFor();
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByText('No connection. Please try again.').waitFor();
    await expect.poll(() => focused(page)).toBe('Add a device');
    await expectAccessible(page, 'devices offline');
    await takePictures(page, 'devices-offline');
    await profile.context.setOffline(false);
    await page.getByText('To change something here').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('img', { name: /square code/ }).waitFor();
  });

  test('a link that nobody used ends, and a new one takes its place', async () => {
    await openDevices('maria');
    await page.clock.install();
    await page.getByRole('button', { name: 'Add a device' }).click();
    const link = await page.getByLabel('Or open this link').inputValue();
    await page.clock.fastForward('11:00');
    await page.getByText('This link has ended.').waitFor();
    await expect.poll(() => page.getByRole('img', { name: /square code/ }).count()).toBe(0);
    await expectAccessible(page, 'link over');
    await page.clock.setSystemTime(new Date());
    await page.getByRole('button', { name: 'Make a new link' }).click();
    await page.clock.runFor(31_000);
    await page.getByRole('img', { name: /square code/ }).waitFor();
    await expect.poll(() => page.getByLabel('Or open this link').inputValue()).not.toBe(link);
  });

  test('can be stopped, and the link copied', async () => {
    await profile.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openDevices('maria');
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied').waitFor();
    const link = await page.getByLabel('Or open this link').inputValue();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => focused(page)).toBe('Add a device');
  });
});

test('these pages fit 320 px with text at 200 %', async () => {
  await openDevices('maria');
  await page.getByRole('link', { name: 'Back to settings' }).click();
  await page.getByRole('radio', { name: '200%' }).check();
  await page.getByRole('link', { name: 'Your devices' }).click();
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByRole('img', { name: /square code/ }).waitFor();
  await expectFitsNarrow(page, 'devices large');
  await page.getByRole('link', { name: 'Make a recovery code' }).click();
  await page.getByRole('button', { name: 'Make my code' }).click();
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  await expectFitsNarrow(page, 'code large');
  await page.setViewportSize({ width: 320, height: 640 });
  await expectAccessible(page, 'code large');
});
