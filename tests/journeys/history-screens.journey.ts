// Circles that keep no history, in real browsers over the double of the device core: the choice when a circle is
// made, what its pages say, and how staff or the client change it.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../../web-client/doubles/scenes.ts';
import { circles, type Who } from '../../web-client/doubles/story.ts';
import { expectAccessible, expectFitsNarrow, takePictures } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { looksGood, openClient, openScreens, page, posted, stage } from './screen.ts';

const NONE = 'This conversation keeps no history. A new device starts empty.';

openScreens();

/** The page of a circle's people. */
async function openMembers(who: Who, title: string, scene: Scene = 'plain'): Promise<void> {
  await signIn(page, stage, who, scene);
  await page.getByRole('link', { name: title }).click();
  await page.getByRole('link', { name: /\d.* people/ }).first().click();
  await page.getByRole('heading', { name: /Who is in/ }).waitFor();
}
/** What the device was asked about history. */
function asked() {
  return stage.news.commands.filter(({ kind }) => kind === 'keep_history');
}

describe('a circle that has begun', () => {
  test('is switched by its client once she has read what that means', async () => {
    await openMembers('maria', 'Maria and Dana');
    await page.getByText('Messages in this conversation are kept.').waitFor();
    await page.getByRole('button', { name: 'Keep no history' }).click();
    await page.getByText('If somebody loses their phone, older messages are gone.').waitFor();
    await page.getByText('Whoever breaks into a phone later finds less.').waitFor();
    await looksGood('history-question');
    await page.getByRole('button', { name: 'No, go back' }).click();
    expect(asked()).toEqual([]);
    await page.getByRole('button', { name: 'Keep no history' }).click();
    await page.getByRole('button', { name: 'Yes, keep none' }).click();
    await page.getByRole('status').getByText(NONE).waitFor();
    await expect.poll(() => focused(page)).toBe(NONE);
    await expectAccessible(page, 'history switched off');
    await expect.poll(asked).toEqual([{ kind: 'keep_history', circle: circles.pair, keep: false }]);
    await page.getByRole('link', { name: 'Back to the messages' }).click();
    await page.locator('[data-item]').filter({ hasText: 'You switched history off.' }).waitFor();
    await page.getByText(NONE).waitFor();
  });

  test('is switched back by staff', async () => {
    await openMembers('dana', 'Maria and Dana', 'unkept');
    await page.getByText(NONE).waitFor();
    await expectAccessible(page, 'members without history');
    await page.getByRole('button', { name: 'Keep history' }).click();
    await page.getByText('What was written while none was kept does not come back.').waitFor();
    await page.getByRole('button', { name: 'Yes, keep it' }).click();
    await page.getByText('Messages in this conversation are kept.').waitFor();
    await expect.poll(asked).toEqual([{ kind: 'keep_history', circle: circles.pair, keep: true }]);
  });

  test('is switched by no caregiver, who sees how it stands', async () => {
    await openMembers('ana', 'Maria’s family');
    await page.getByText('Messages in this conversation are kept.').waitFor();
    expect(await page.getByRole('button', { name: /history/ }).count()).toBe(0);
  });
});

test('a new device reads at the top of the conversation why it is empty', async () => {
  await signIn(page, stage, 'maria', 'unkept');
  await page.getByRole('link', { name: 'Maria and Dana' }).click();
  await page.getByText(NONE).waitFor();
  await expectAccessible(page, 'conversation without history');
  await takePictures(page, 'conversation-without-history');
});

test('whoever makes a circle chooses, and keeping history is what nobody needs to choose', async () => {
  await openClient();
  await page.getByRole('button', { name: 'Record another consent' }).click();
  await page.getByLabel('What was agreed?').fill('Maria agreed by phone.');
  await page.getByRole('button', { name: 'Save consent' }).click();
  await page.getByRole('button', { name: 'Invite into a new circle' }).click();
  const none = page.getByRole('radio', { name: /^Keep no history/ });
  const keep = page.getByRole('radio', { name: /^Keep history/ });
  await expect.poll(() => keep.isChecked()).toBe(true);
  await none.check();
  await expectAccessible(page, 'circle form with a choice');
  await expectFitsNarrow(page, 'circle form with a choice');
  await page.getByRole('button', { name: 'Make the circle' }).click();
  await page.getByText('It opens as soon as people sign in').waitFor();
  expect(posted(/^\/v1\/circles$/)).toMatchObject({ history: 'off' });
});
