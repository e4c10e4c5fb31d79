// The last door, against the real server: every device and the code are gone, a case manager begins with
// the person beside them, both compare numbers, and everybody in the circle sees that the keys changed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import {
  MARIA, PAIR, endJourney, expectNoTrouble, memberRow, openClient, safetyNumberIn, threeInACircle,
} from './family.ts';
import { tabTo } from './keyboard.ts';
import type { Native } from './native.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

describe('new keys in person', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let back: Person;
  let sam: Native;
  let link = '';

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria, sam] = await threeInACircle(server, 'Said with the old keys');
  });
  afterAll(() => endJourney(server, dana, maria, back, sam));

  test('begin on the client’s page, by keyboard, after it was said what happens', async () => {
    const { page } = dana;
    await openClient(dana);
    await page.getByRole('link', { name: new RegExp(`New keys for .*${MARIA}`) }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: new RegExp(`New keys for .*${MARIA}`), level: 1 }).waitFor();
    await expectAccessible(page, 'new keys');
    await tabTo(page, 'New keys, in person');
    await page.keyboard.press('Enter');
    await page.getByText('is signed out now').waitFor();
    await expectGoodLooks(page, 'real-new-keys-asked');
    await tabTo(page, 'Yes, begin');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /square code/ }).waitFor();
    link = await page.getByLabel('Or open this link').inputValue();
    await expectGoodLooks(page, 'real-new-keys-link');
    await maria.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  });

  test('both see the same number, and only then the person is back', async () => {
    const { page } = dana;
    back = await Person.arrive(MARIA, server);
    await back.page.goto(link);
    await back.page.getByRole('button', { name: 'Yes, this is me' }).click();
    await back.page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await back.open(PAIR);
    const own = await safetyNumberIn(back.page.getByRole('main'));
    expect(own).toMatch(/^(\d{5} ){5}\d{5}$/);
    await expectGoodLooks(back.page, 'real-new-keys-waiting');
    const compare = page.getByRole('group', { name: /Safety number of/ });
    await compare.waitFor();
    expect(await safetyNumberIn(compare)).toBe(own);
    await expectGoodLooks(page, 'real-new-keys-compare');
    await compare.getByRole('button', { name: 'No, different' }).click();
    await compare.getByText('Then this may not be').waitFor();
    await compare.getByRole('button', { name: 'Look at the number again' }).click();
    await page.getByRole('button', { name: 'Yes, the same' }).click();
    await page.getByText('is back in, checked in person').waitFor();
    await expectAccessible(page, 'new keys, done');
    await takePictures(page, 'real-new-keys-done');
  });

  test('everybody in the circle sees that the keys changed, and the two go on writing', async () => {
    await dana.open(PAIR);
    await dana.message(/New keys for .*Maria Sample/).waitFor();
    await takePictures(dana.page, 'real-new-keys-note');
    await sam.hears(PAIR, ({ kind }) => kind === 'key_changed');
    await dana.send('Good that you came by');
    await back.sees('Good that you came by');
    await back.send('My new phone works');
    await dana.sees('My new phone works');
    await sam.reads(PAIR, 'My new phone works');
    const row = await memberRow(dana, MARIA);
    await row.getByText('Checked in person').first().waitFor();
    expect(await maria.page.content()).not.toContain('My new phone works');
    await expectAccessible(back.page, 'back in');
    await takePictures(back.page, 'real-new-keys-back');
    await expectNoTrouble([dana, back]);
  });
});
