// What goes wrong with a circle, provoked for real: entries of the log are spoiled as by a bad disk, and
// what people see and do about it is walked to its end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectFitsNarrow, takePictures } from './browser.ts';
import { DANA, MARIA, PAIR, SAM, expectNoTrouble, memberRow, openDevices } from './family.ts';
import { Native } from './native.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

describe('a log with spoiled entries', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let sam: Native;

  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.arrive(DANA, server);
    await dana.enrol();
    maria = await Person.arrive(MARIA, server);
    await maria.enrol();
    sam = await Native.enrol(SAM, server);
    sam.watch();
    for (const person of [dana, maria]) await person.open(PAIR);
    await dana.send('Good morning');
    await maria.sees('Good morning');
    await sam.reads(PAIR, 'Good morning');
  });
  afterAll(async () => {
    for (const one of [dana, maria, sam]) await one?.leave();
    await server.end();
  });

  test('an item that cannot be read says so, and the next one arrives', async () => {
    await maria.closeTab();
    await dana.send('This one is spoiled');
    await server.kill();
    server.spoil('message', 'body');
    await server.start();
    await maria.comeBack();
    await maria.open(PAIR);
    await maria.message('could not be read on this device').waitFor();
    await dana.page.getByText('Connected', { exact: true }).waitFor();
    await dana.send('The next one');
    await maria.sees('The next one');
    await expect.poll(() => maria.page.locator('[data-item]').filter({ hasText: 'This one is spoiled' }).count()).toBe(0);
    await expectAccessible(maria.page, 'an unreadable item');
    await takePictures(maria.page, 'real-unreadable');
    await openDevices(maria);
    await maria.page.getByText('How this device is doing').click();
    await maria.page.getByText('Something could not be read.').waitFor();
    const counted = maria.page.locator('dl div').filter({ hasText: 'Messages that could not be read' });
    await expect.poll(() => counted.locator('dd').textContent()).toBe('1');
    await expectAccessible(maria.page, 'counted');
    await takePictures(maria.page, 'real-counted');
    await expectNoTrouble([dana, maria]);
  });

  test('a change of the group that nobody can follow is told of, and staff begin anew', async () => {
    await maria.closeTab();
    await sam.rest();
    const row = await memberRow(dana, SAM);
    await row.getByText('Check in person', { exact: true }).click();
    await row.getByRole('button', { name: 'Yes, the same' }).click();
    await row.getByText('Checked in person').first().waitFor();
    await server.kill();
    server.spoil('commit', 'mls');
    await server.start();
    await maria.comeBack();
    await maria.open(PAIR);
    sam.watch();
    // Two people in distress about the same entry.
    await maria.page.getByText('Someone from the agency must begin it anew').waitFor();
    await maria.page.getByText('Your case manager has been told').waitFor();
    await expectAccessible(maria.page, 'needs a reset, client');
    await takePictures(maria.page, 'real-needs-reset-client');
    await expectFitsNarrow(maria.page, 'needs a reset, client');
    await dana.open(PAIR);
    await dana.page.getByRole('button', { name: 'Begin anew' }).click();
    await expectAccessible(dana.page, 'needs a reset, staff');
    await takePictures(dana.page, 'real-needs-reset-staff');
    await dana.page.getByRole('button', { name: 'Yes, begin anew' }).click();
    await dana.message('You began this circle anew').waitFor();
    await maria.message('began this circle anew').waitFor();
    await dana.send('Here we are again');
    await maria.sees('Here we are again');
    await maria.sees('Good morning');
    await sam.reads(PAIR, 'Here we are again');
    await maria.send('Yes, it works');
    await dana.sees('Yes, it works');
    await takePictures(maria.page, 'real-after-reset');
    await expectNoTrouble([dana, maria]);
    expect((await sam.counters())['resets']).toBeGreaterThanOrEqual(1);
  });
});
