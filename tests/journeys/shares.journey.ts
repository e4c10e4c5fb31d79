// What a browser keeps opens by a share of the server's too (security.md, section 5): which profile holds it when,
// and what a page shows while it is not there. Real browsers, the real server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectGoodLooks } from './browser.ts';
import { PAIR, endJourney, expectNoTrouble, letIn, signOut, signOutThere, twoInACircle } from './family.ts';
import type { Person } from './person.ts';
import { Server } from './server.ts';

const SHARE = '**/v1/session/share';
const SAID = 'Only for the two of us';

/** How the profile seals its rows, and whether it holds the server's share. */
function kept({ page }: Person): Promise<{ shared: boolean; share: boolean }> {
  return page.evaluate(
    () =>
      new Promise<{ shared: boolean; share: boolean }>((tell, fail) => {
        const opening = indexedDB.open('carecircle');
        opening.onerror = () => fail(new Error('no database'));
        opening.onsuccess = () => {
          const reading = opening.result.transaction('vault').objectStore('vault').get('vault');
          reading.onsuccess = () => {
            const vault = reading.result as { shared?: boolean; share?: unknown };
            opening.result.close();
            tell({ shared: vault.shared === true, share: vault.share !== undefined });
          };
        };
      }),
  );
}

describe('what a browser keeps', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria] = await twoInACircle(server, SAID);
  });
  afterAll(() => endJourney(server, dana, maria));

  test('is sealed under the share, which a client’s own device holds and staff’s does not', async () => {
    expect(await kept(maria)).toEqual({ shared: true, share: true });
    expect(await kept(dana)).toEqual({ shared: true, share: false });
  });

  test('opens to staff only once the server has answered, and says so meanwhile', async () => {
    const { page, profile } = dana;
    await profile.context.route(SHARE, (route) => route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'Not open yet' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await page.getByText(PAIR).count()).toBe(0);
    await expectGoodLooks(page, 'real-not-opened');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Not open yet' }).waitFor();
    await profile.context.unroute(SHARE);
    await dana.open(PAIR);
    await dana.sees(SAID);
  });

  test('opens to a client without asking', async () => {
    const { page, profile } = maria;
    let asked = 0;
    await profile.context.route(SHARE, (route) => {
      asked += 1;
      return route.abort();
    });
    await page.reload();
    await maria.open(PAIR);
    await maria.sees(SAID);
    expect(asked).toBe(0);
    await profile.context.unroute(SHARE);
  });

  test('opens to nobody after a log-off, and again to whoever signs in', async () => {
    for (const person of [maria, dana]) {
      const { page } = person;
      await signOut(person);
      expect(await kept(person)).toEqual({ shared: true, share: false });
      await page.reload();
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      expect(await page.getByText(PAIR).count()).toBe(0);
      await page.getByRole('button', { name: 'Open my messages' }).click();
      await person.open(PAIR);
      await person.sees(SAID);
    }
    await expect.poll(() => kept(maria)).toEqual({ shared: true, share: true });
    await dana.send('And on it goes');
    await maria.sees('And on it goes');
    await expectNoTrouble([dana, maria]);
  });

  test('is closed at a device that is signed out from another, in every tab of it', async () => {
    const second = await letIn(maria, server);
    await second.open(PAIR);
    await second.sees(SAID);
    expect(await kept(second)).toEqual({ shared: true, share: true });
    const before = second.page;
    await second.profile.openTab(server.url);
    await second.page.getByRole('heading', { name: 'Your circles' }).waitFor();
    await signOutThere(maria);
    for (const page of [before, second.page]) {
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await expect.poll(() => page.workers().length).toBe(0);
      expect(await page.getByText(PAIR).count()).toBe(0);
    }
    expect(await kept(second)).toEqual({ shared: true, share: false });
    await second.leave();
  });
});
