// A circle that keeps no history any more, against the real server: the case manager switches it off, everybody reads
// that in the timeline, and a new device gets nothing of what is said from then on until it is there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { PAIR, endJourney, expectNoTrouble, letIn, twoInACircle } from './family.ts';
import type { Person } from './person.ts';
import { Server } from './server.ts';

const NONE = 'This conversation keeps no history. A new device starts empty.';
const BEFORE = 'Said while it was kept';
const MEANWHILE = 'Only for those who are here';
const SINCE = 'From here on for everybody';

describe('history that is switched off', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let second: Person;

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria] = await twoInACircle(server, BEFORE);
  });
  afterAll(() => endJourney(server, dana, maria, second));

  test('is off for both, and a second device starts without what was said then', async () => {
    const { page } = dana;
    await page.getByRole('link', { name: /people/ }).first().click();
    await page.getByRole('heading', { name: /Who is in/ }).waitFor();
    await page.getByText('Messages in this conversation are kept.').waitFor();
    await page.getByRole('button', { name: 'Keep no history' }).click();
    await page.getByRole('button', { name: 'Yes, keep none' }).click();
    await page.getByText(NONE).waitFor();
    await dana.open(PAIR);
    await dana.message('You switched history off.').waitFor();
    await maria.message(/Dana Placeholder.* switched history off\./).waitFor();
    await maria.page.getByText(NONE).waitFor();
    await dana.send(MEANWHILE);
    await maria.sees(MEANWHILE);

    second = await letIn(maria, server);
    await second.open(PAIR);
    await second.sees(BEFORE);
    await second.page.getByText(NONE).waitFor();
    await expectAccessible(second.page, 'second device without history');
    await takePictures(second.page, 'real-without-history');
    // What would still come from before comes ahead of what is written now.
    await dana.send(SINCE);
    await second.sees(SINCE);
    expect(await second.texts()).toEqual([BEFORE, SINCE]);
    await maria.open(PAIR);
    await maria.sees(SINCE);
    expect(await maria.texts()).toEqual([BEFORE, MEANWHILE, SINCE]);
    expect(server.filesWith(MEANWHILE)).toEqual([]);
    await expectNoTrouble([dana, maria, second]);
  });
});
