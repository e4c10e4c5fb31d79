// Everything that happens to a circle, in one walk: two people in browsers, two at devices without a screen,
// the real server. A consent begins and ends, a device comes, one is stolen, the last one falls into the
// river; and those who remain have read every word.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import {
  ANA, DANA, FAMILY, MARIA, SAM, endJourney, expectNoTrouble, letIn, makeFamily, makeRecoveryCode, openClient,
  openDevices, recordConsent, recover,
} from './family.ts';
import { Native } from './native.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

const FIRST = 'Welcome, everybody';
const ANAS = 'Thank you all';
const LATER = 'Said after Ana left';

describe('a circle through all of it', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let tablet: Person;
  let laptop: Person;
  let ana: Native;
  let sam: Native;
  let code = '';

  beforeAll(async () => {
    server = await Server.start();
    sam = await Native.enrol(SAM, server);
    ana = await Native.enrol(ANA, server);
    dana = await Person.enrolled(DANA, server);
    maria = await Person.enrolled(MARIA, server);
    await openClient(dana);
    await recordConsent(dana);
    await makeFamily(dana);
    for (const native of [ana, sam]) native.watch();
  });
  afterAll(() => endJourney(server, dana, maria, tablet, laptop, ana, sam));

  test('four people write and read', async () => {
    for (const person of [dana, maria]) await person.open(FAMILY);
    await dana.send(FIRST);
    await maria.sees(FIRST);
    for (const native of [ana, sam]) await native.reads(FAMILY, FIRST);
    await ana.send(FAMILY, ANAS);
    for (const person of [dana, maria]) await person.sees(ANAS);
    await sam.reads(FAMILY, ANAS);
    await expectNoTrouble([dana, maria]);
  });

  test('the client takes her consent back, and the caregiver reads nothing more', async () => {
    const { page } = maria;
    await page.getByRole('link', { name: 'People', exact: true }).click();
    const row = page.getByRole('article', { name: ANA });
    await row.getByRole('button', { name: 'I take this back' }).click();
    await row.getByRole('button', { name: 'Yes, take it back' }).click();
    await page.getByText(/can no longer read new messages \(done in/).waitFor();
    await takePictures(page, 'walk-taken-back');
    await dana.message(/Access ended for .*Ana Sample/).waitFor();
    await dana.send(LATER);
    await maria.open(FAMILY);
    await maria.sees(LATER);
    await sam.reads(FAMILY, LATER);
    expect(await ana.circles()).not.toContain(FAMILY);
    expect(ana.texts()).not.toContain(LATER);
  });

  test('a second device of hers has what was said before it came', async () => {
    tablet = await letIn(maria, server);
    await tablet.open(FAMILY);
    for (const text of [FIRST, ANAS, LATER]) await tablet.sees(text);
    await tablet.send('From my tablet');
    await dana.sees('From my tablet');
    await sam.reads(FAMILY, 'From my tablet');
  });

  test('that one is stolen, and is shut out', async () => {
    const { page } = maria;
    await openDevices(maria);
    const other = page.getByRole('article', { name: /^Another device, added/ });
    await other.getByRole('button', { name: 'This one was stolen' }).click();
    await other.getByRole('button', { name: 'Yes, it was stolen' }).click();
    await page.getByText('that device is locked out and you have new keys', { exact: false }).waitFor();
    await tablet.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await dana.message(/New keys for .*Maria Sample/).waitFor();
    await dana.send('After the theft');
    await maria.open(FAMILY);
    await maria.sees('After the theft');
    await sam.reads(FAMILY, 'After the theft');
    expect(await tablet.page.content()).not.toContain('After the theft');
    await tablet.leave();
  });

  test('a recovery code is made for the keys that she has now', async () => {
    const { page } = maria;
    await openDevices(maria);
    code = await makeRecoveryCode(maria);
    await page.getByRole('button', { name: 'I have written it down' }).click();
    await page.getByText('You can come back with your recovery code').waitFor();
  });

  test('by it she comes back without any device, to every word', async () => {
    await maria.closeTab();
    await dana.send('Said while the phone was in the river');
    laptop = await Person.arrive(MARIA, server);
    const { page } = laptop;
    await page.goto(server.url);
    await recover(laptop, code);
    await laptop.open(FAMILY);
    for (const text of [FIRST, ANAS, LATER, 'From my tablet', 'After the theft', 'Said while the phone was in the river']) {
      await laptop.sees(text);
    }
    await expectAccessible(page, 'after the walk');
    await takePictures(page, 'walk-end');
    await laptop.send('I am back');
    await dana.sees('I am back');
    await sam.reads(FAMILY, 'I am back');
    await expectNoTrouble([dana, laptop]);
    expect((await sam.counters())['undecryptable']).toBe(0);
    expect(ana.texts().filter((text) => text !== FIRST && text !== ANAS)).toEqual([]);
  });
});
