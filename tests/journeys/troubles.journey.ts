// What goes wrong with a circle, provoked for real: entries of the log are spoiled as by a bad disk, and
// what people see and do about it is walked to its end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import { PAIR, SAM, checkInPerson, endJourney, expectNoTrouble, openDevices, threeInACircle } from './family.ts';
import type { Native } from './native.ts';
import type { Person } from './person.ts';
import { Server } from './server.ts';

describe('a log with spoiled entries', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let sam: Native;

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria, sam] = await threeInACircle(server, 'Good morning');
  });
  afterAll(() => endJourney(server, dana, maria, sam));

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
    await checkInPerson(dana, SAM);
    await server.kill();
    server.spoil('commit', 'mls');
    await server.start();
    await maria.comeBack();
    await maria.open(PAIR);
    sam.watch();
    // Two people in distress about the same entry.
    await maria.page.getByText('Someone from the agency must begin it anew').waitFor();
    await maria.page.getByText('Your case manager has been told').waitFor();
    await expectGoodLooks(maria.page, 'real-needs-reset-client');
    await dana.open(PAIR);
    await dana.page.getByRole('button', { name: 'Begin anew' }).click();
    await expectAccessible(dana.page, 'needs a reset, staff');
    await takePictures(dana.page, 'real-needs-reset-staff');
    await dana.page.getByRole('button', { name: 'Yes, begin anew' }).click();
    await dana.message('You began this circle anew').waitFor();
    // Maria reads that too if she was let in; whoever comes by themselves is not told yet.
    await dana.send('Here we are again');
    await maria.sees('Here we are again');
    await maria.sees('Good morning');
    await sam.reads(PAIR, 'Here we are again');
    await maria.send('Yes, it works');
    await dana.sees('Yes, it works');
    await takePictures(maria.page, 'real-after-reset');
    await expectNoTrouble([dana, maria]);
    // He was let into the new group, or came there by himself.
    const { resets = 0, resyncs = 0 } = await sam.counters();
    expect(resets + resyncs).toBeGreaterThanOrEqual(1);
  });
});
