// A consent ends: two browsers and two devices without a screen, the real server over TLS. Whoever
// remains sees it in the timeline with its time; the caregiver reads a plain sentence and gets nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PHONE, expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import {
  ANA, DANA, FAMILY, MARIA, SAM, endJourney, expectNoTrouble, makeFamily, openClient, recordConsent,
} from './family.ts';
import { Native } from './native.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

describe('a caregiver whose consent ends', () => {
  let server: Server;
  let dana: Person;
  let ana: Person;
  let maria: Native;
  let sam: Native;

  beforeAll(async () => {
    server = await Server.start();
    maria = await Native.enrol(MARIA, server);
    sam = await Native.enrol(SAM, server);
    dana = await Person.enrolled(DANA, server);
    await openClient(dana);
    await recordConsent(dana);
    await makeFamily(dana);
    ana = await Person.enrolled(ANA, server, { viewport: PHONE });
    for (const native of [maria, sam]) native.watch();
  });
  afterAll(() => endJourney(server, dana, ana, maria, sam));

  test('reads and writes while it holds, as everybody in the circle does', async () => {
    await dana.open(FAMILY);
    await ana.open(FAMILY);
    await dana.send('Welcome, everybody');
    await ana.sees('Welcome, everybody');
    for (const native of [maria, sam]) await native.reads(FAMILY, 'Welcome, everybody');
    await ana.send('Thank you all');
    await maria.reads(FAMILY, 'Thank you all');
    await maria.send(FAMILY, 'Good that you are here');
    await ana.sees('Good that you are here');
    await dana.sees('Good that you are here');
    await expectNoTrouble([dana, ana]);
  });

  test('two taps end it, and the page says in what time', async () => {
    const { page } = dana;
    await openClient(dana);
    const row = page.getByRole('article', { name: ANA });
    await row.getByRole('button', { name: 'Withdraw this consent' }).click();
    await expectAccessible(page, 'withdrawing');
    await takePictures(page, 'real-withdrawing');
    await row.getByRole('button', { name: 'Yes, withdraw' }).click();
    await row.getByText(/can no longer read new messages \(done in/).waitFor();
    await expectGoodLooks(page, 'real-withdrawn');
  });

  test('who remains sees in the timeline that access ended, and after how long', async () => {
    await dana.open(FAMILY);
    await dana.message(/Access ended for .*Ana Sample.* after .* seconds/).waitFor();
    await expectAccessible(dana.page, 'timeline after a removal');
    await takePictures(dana.page, 'real-removal-timeline');
    for (const native of [maria, sam]) {
      const { item } = await native.hears(FAMILY, ({ kind }) => kind === 'removed');
      expect(item.content.took_ms).toBeGreaterThanOrEqual(0);
    }
  });

  test('the caregiver is told in a plain sentence, on the page that is open', async () => {
    const { page } = ana;
    const told = page.getByRole('alert').filter({ hasText: 'You are no longer in the circle' });
    await told.waitFor();
    await expect.poll(() => page.getByText('Welcome, everybody').count()).toBe(0);
    await expectGoodLooks(page, 'real-no-longer-in');
    await told.getByRole('button').click();
    await told.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Back to your circles' }).click();
    await page.getByText('You are not in a circle').waitFor();
    await expectAccessible(page, 'in no circle');
  });

  test('and gets nothing of what is said later, however hard the browser asks', async () => {
    await dana.send('Said after Ana left');
    for (const native of [maria, sam]) await native.reads(FAMILY, 'Said after Ana left');
    const { page } = ana;
    const circle = dana.page.url().split('/').at(-1) ?? '';
    const asked = await page.evaluate(async (id) => {
      const history = await fetch(`/v1/circles/${id}/history?generation=0&before=999999`);
      return { history: history.status, circle: (await fetch(`/v1/circles/${id}`)).status, list: await (await fetch('/v1/circles')).json() as unknown };
    }, circle);
    expect([403, 404]).toContain(asked.history);
    expect([403, 404]).toContain(asked.circle);
    expect(asked.list).toMatchObject({ circles: [] });
    await page.reload();
    await page.getByText('You are not in a circle').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(await page.content()).not.toContain('Said after Ana left');
    expect(server.filesWith('Said after Ana left')).toEqual([]);
    await expectNoTrouble([dana, ana]);
  });

  test('nothing was lost on the way, by the count of the devices themselves', async () => {
    for (const native of [maria, sam]) expect((await native.counters())['undecryptable'], native.name).toBe(0);
  });
});
