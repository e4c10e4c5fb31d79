// A person's devices against the real server: a second one comes in by comparing digits, is signed out,
// another one is stolen, and the marks of who met in person fall.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import {
  MARIA, PAIR, endJourney, expectNoTrouble, letIn, memberRow, openDevices, safetyNumberIn, signOutThere, threeInACircle,
} from './family.ts';
import type { Native } from './native.ts';
import type { Person } from './person.ts';
import { Server } from './server.ts';

describe('the devices of one person', () => {
  let server: Server;
  let maria: Person;
  let dana: Person;
  let sam: Native;
  let second: Person;

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria, sam] = await threeInACircle(server, 'Said before the second device');
  });
  afterAll(() => endJourney(server, dana, maria, second, sam));

  test('a second one comes in by digits that stand on both, and has what was said before', async () => {
    second = await letIn(maria, server);
    await second.open(PAIR);
    await second.sees('Said before the second device');
    await second.page.getByText('This is the start of your messages here').waitFor();
    await takePictures(second.page, 'real-second-device');
    await second.send('From my second device');
    await dana.sees('From my second device');
    await maria.open(PAIR);
    await maria.sees('From my second device');
    await expectNoTrouble([dana, maria, second]);
  });

  test('the page says how safe the keys are, what the device counted, and its safety number', async () => {
    const { page } = maria;
    await openDevices(maria);
    await page.getByText(/come back with your other device/).waitFor();
    await page.getByText('How this device is doing').click();
    await page.getByText('All is well: nothing was lost here.').waitFor();
    await expectGoodLooks(page, 'real-devices');
  });

  test('two people who meet compare numbers, and everybody sees the mark', async () => {
    const own = await safetyNumberIn(maria.page.getByRole('region', { name: 'Your safety number' }));
    expect(own).toMatch(/^(\d{5} ){5}\d{5}$/);
    await dana.open(PAIR);
    const row = await memberRow(dana, MARIA);
    await row.getByText('Not verified').waitFor();
    await row.getByText('Check in person', { exact: true }).click();
    expect(await safetyNumberIn(row)).toBe(own);
    await expectGoodLooks(dana.page, 'real-compare');
    await row.getByRole('button', { name: 'Yes, the same' }).click();
    await row.getByText('Checked in person').first().waitFor();
    await takePictures(dana.page, 'real-checked');
  });

  test('one that is signed out says so, and reads nothing new', async () => {
    await signOutThere(maria);
    await takePictures(maria.page, 'real-signed-out-there');
    await second.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await expectAccessible(second.page, 'signed out there');
    await dana.open(PAIR);
    await dana.send('After the second device');
    await maria.open(PAIR);
    await maria.sees('After the second device');
    expect(await second.page.content()).not.toContain('After the second device');
    await second.leave();
  });
});
