// A stolen phone against the real server: it is shut out, its person has new keys, and everybody is told
// that who was checked in person no longer is.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import {
  MARIA, PAIR, checkInPerson, endJourney, expectNoTrouble, letIn, memberRow, openDevices, threeInACircle,
} from './family.ts';
import type { Native } from './native.ts';
import type { Person } from './person.ts';
import { Server } from './server.ts';

describe('a stolen device', () => {
  let server: Server;
  let maria: Person;
  let dana: Person;
  let sam: Native;
  let second: Person;

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria, sam] = await threeInACircle(server, 'Before the theft');
    second = await letIn(maria, server);
    await second.open(PAIR);
    await second.sees('Before the theft');
    await checkInPerson(dana, MARIA);
  });
  afterAll(() => endJourney(server, dana, maria, second, sam));

  test('is shut out, the person has new keys, and the marks fall', async () => {
    const { page } = maria;
    await openDevices(maria);
    const other = page.getByRole('article', { name: /^Another device, added/ });
    await other.getByRole('button', { name: 'This one was stolen' }).click();
    await expectAccessible(page, 'stolen');
    await takePictures(page, 'real-stolen');
    await other.getByRole('button', { name: 'Yes, it was stolen' }).click();
    await page.getByText('that device is locked out and you have new keys', { exact: false }).waitFor();
    await expectAccessible(page, 'stolen, done');
    await takePictures(page, 'real-stolen-done');
    await second.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await dana.open(PAIR);
    await dana.message(/New keys for .*Maria Sample/).waitFor();
    await takePictures(dana.page, 'real-key-changed');
    await sam.hears(PAIR, ({ kind }) => kind === 'key_changed');
    const row = await memberRow(dana, MARIA);
    await row.getByText('Not verified').waitFor();
    await dana.open(PAIR);
    await dana.send('After the theft');
    await maria.open(PAIR);
    await maria.sees('After the theft');
    await maria.send('With my new keys');
    await dana.sees('With my new keys');
    expect(await second.page.content()).not.toContain('After the theft');
    await expectNoTrouble([dana, maria]);
  });
});
