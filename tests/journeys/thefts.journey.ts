// A stolen phone against the real server: it is shut out, its person has new keys, and everybody is told
// that who was checked in person no longer is.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { DANA, MARIA, PAIR, SAM, expectNoTrouble, letIn, memberRow, openDevices } from './family.ts';
import { Native } from './native.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

describe('a stolen device', () => {
  let server: Server;
  let maria: Person;
  let dana: Person;
  let sam: Native;
  let second: Person;

  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.arrive(DANA, server);
    await dana.enrol();
    maria = await Person.arrive(MARIA, server);
    await maria.enrol();
    sam = await Native.enrol(SAM, server);
    sam.watch();
    for (const person of [dana, maria]) await person.open(PAIR);
    await dana.send('Before the theft');
    await maria.sees('Before the theft');
    second = await letIn(maria, server);
    await second.open(PAIR);
    await second.sees('Before the theft');
    const row = await memberRow(dana, MARIA);
    await row.getByText('Check in person', { exact: true }).click();
    await row.getByRole('button', { name: 'Yes, the same' }).click();
    await row.getByText('Checked in person').first().waitFor();
  });
  afterAll(async () => {
    for (const one of [dana, maria, second, sam]) await one?.leave();
    await server.end();
  });

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
