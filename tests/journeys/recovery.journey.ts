// Losing every device, against the real server: a code is made and printed, used on a fresh profile, and
// what was said before is there. An emptied browser is told what to do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import {
  MARIA, PAIR, endJourney, expectNoTrouble, makeRecoveryCode, openDevices, recover, twoInACircle,
} from './family.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

describe('a recovery code', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let fresh: Person;
  let code = '';

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria] = await twoInACircle(server, 'Said before the phone fell into the river');
  });
  afterAll(() => endJourney(server, dana, maria, fresh));

  test('is made, shown once, printed, and put away', async () => {
    const { page } = maria;
    await openDevices(maria);
    await page.getByText('no way back on your own').waitFor();
    code = await makeRecoveryCode(maria);
    expect(code.replaceAll('-', '')).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    await expectAccessible(page, 'code');
    await takePictures(page, 'real-code');
    await page.emulateMedia({ media: 'print' });
    const printed = await page.evaluate(() => document.body.innerText);
    expect(printed.replaceAll(/\s+/g, ' ')).toContain(code.replaceAll('-', ' '));
    expect(printed.toLowerCase()).not.toContain('riverbend');
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'I have written it down' }).click();
    await page.getByText('Keep the paper in a safe place').waitFor();
    await page.getByText('You can come back with your recovery code').waitFor();
    expect(await page.content()).not.toContain(code.split('-')[0]);
    expect(server.filesWith(code)).toEqual([]);
    expect(server.filesWith(code.replaceAll('-', ''))).toEqual([]);
  });

  test('opens a fresh profile, and what was said before comes in', async () => {
    await maria.closeTab();
    fresh = await Person.arrive(MARIA, server);
    const { page } = fresh;
    await page.goto(server.url);
    await page.getByRole('button', { name: 'I have a recovery code' }).click();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(`0${code.slice(1)}`);
    if (code.startsWith('0')) await page.getByRole('textbox', { name: 'Recovery code' }).fill(`1${code.slice(1)}`);
    await page.getByRole('button', { name: 'Get my messages back' }).click();
    await page.getByText('This code opens nothing').waitFor();
    await expectAccessible(page, 'a wrong code');
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(code.toLowerCase().replaceAll('-', ' '));
    await page.getByRole('button', { name: 'Get my messages back' }).click();
    await page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await fresh.open(PAIR);
    await fresh.sees('Said before the phone fell into the river');
    await page.getByText('This is the start of your messages here').waitFor();
    await expectGoodLooks(page, 'real-recovered');
    await fresh.send('I am back');
    await dana.sees('I am back');
    await dana.send('Good to have you back');
    await fresh.sees('Good to have you back');
    await expectNoTrouble([dana, fresh]);
  });

  test('a browser that lost its store offers the code instead of an empty page', async () => {
    const { page } = fresh;
    await page.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) if (name !== undefined) indexedDB.deleteDatabase(name);
    });
    await fresh.closeTab();
    await fresh.profile.openTab(server.url);
    await fresh.page.getByRole('button', { name: 'I have a recovery code' }).waitFor();
    await expectAccessible(fresh.page, 'an emptied browser');
    await takePictures(fresh.page, 'real-empty-store');
    await recover(fresh, code);
    await fresh.open(PAIR);
    await fresh.sees('Good to have you back');
    await expectNoTrouble([fresh]);
  });
});
