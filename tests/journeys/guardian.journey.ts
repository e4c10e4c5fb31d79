// A guardian who is not here comes in by a mailed link, against the real server: seen as not verified, let
// in, and from what is written down about their right on, they see to what is the client's.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PHONE, expectAccessible, expectGoodLooks, takePictures } from './browser.ts';
import { DANA, MARIA, endJourney, expectNoTrouble, openClient } from './family.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';
import { lastMail } from './visits.ts';

const EVA = 'Eva Invented';
const TO_EVA = 'eva@example.com';

describe('a guardian', () => {
  let server: Server;
  let dana: Person;
  let eva: Person;

  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.enrolled(DANA, server);
    eva = await Person.arrive(EVA, server, { viewport: PHONE, touch: true });
  });
  afterAll(() => endJourney(server, dana, eva));

  test('is added to the client, and is mailed a link that names nobody', async () => {
    const { page } = dana;
    await openClient(dana);
    await page.getByRole('link', { name: /helper/i }).first().click();
    await page.getByRole('heading', { name: /Who helps/ }).waitFor();
    await page.getByRole('button', { name: 'Add a helper' }).click();
    await page.getByLabel('Full name of the helper').fill(EVA);
    await page.getByLabel(/What are they to/).fill('sister');
    await page.getByRole('button', { name: 'Add this helper' }).click();
    await page.getByRole('article', { name: EVA }).waitFor();
    await openClient(dana);
    await page.getByRole('article', { name: EVA }).getByRole('link', { name: /Invite/ }).click();
    await page.getByRole('heading', { name: /Invite .*Eva Invented/, level: 1 }).waitFor();
    await page.getByLabel(/Email address of/).fill(TO_EVA);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText(/The link is on its way by email/).waitFor();
    await expectAccessible(page, 'mailed');
    await takePictures(page, 'real-invitation-mailed');
    const mail = await lastMail(server, TO_EVA, ({ plain }) => plain.includes('https://'));
    expect(mail.subject).toBe('You have an update');
    expect(mail.everything).not.toMatch(/Eva|Maria|Dana|Placeholder|Invented|sister/);
  });

  test('comes by it, and is let in by whoever knows that they were mailed', async () => {
    const { page } = dana;
    const { plain } = await lastMail(server, TO_EVA, () => true);
    const [link] = /https:\/\/localhost:\d+\/#\S+/.exec(plain) ?? [];
    await eva.page.goto(link ?? '');
    await eva.page.getByRole('heading', { name: EVA }).waitFor();
    expect(eva.page.url(), 'the secret is gone from the address').toBe(server.url);
    await eva.page.getByRole('button', { name: 'Yes, this is me' }).click();
    await eva.page.getByText(/Waiting for/).waitFor();
    // Nobody keeps a page open for a day.
    await eva.closeTab();
    await page.getByRole('button', { name: /Let .*Eva Invented.* in/ }).click();
    await takePictures(page, 'real-invitation-let-in');
    await page.getByRole('button', { name: /^Yes/ }).click();
    await page.getByRole('heading', { name: /Eva Invented.* is in/ }).waitFor();
    await eva.comeBack();
    await eva.page.getByText('Connected', { exact: true }).waitFor();
    await expect.poll(() => eva.page.getByRole('link', { name: 'People', exact: true }).count(), { message: 'acts for nobody yet' }).toBe(0);
  });

  test('acts for the client from what is written down on, and sees who has looked', async () => {
    await openClient(dana);
    const card = dana.page.getByRole('article', { name: EVA });
    await card.getByText(/Acting for/).click();
    await card.getByLabel('What did you see that shows it?').fill('Court order of March 3.');
    await card.getByRole('button', { name: 'Write it down' }).click();
    await card.getByText(/Acts for .* as .*guardian/).waitFor();

    const { page } = eva;
    await page.reload();
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { name: new RegExp(MARIA), level: 1 }).waitFor();
    await page.getByText(/You act for .*Maria Sample/).waitFor();
    await page.getByText('What emails').click();
    await page.getByText(/What emails .*Maria Sample.* gets/).waitFor();
    await expectGoodLooks(page, 'real-acting');
    await page.getByRole('link', { name: /Who has looked at the record of/ }).click();
    await page.getByRole('heading', { name: /Who has looked at the record of .*Maria Sample/ }).waitFor();
    await page.getByText(new RegExp(DANA)).first().waitFor();
    await expectAccessible(page, 'who has looked');
    await takePictures(page, 'real-acting-access');
    await expectNoTrouble([dana, eva]);
  });

  test('and no longer from the moment that it is ended', async () => {
    const card = dana.page.getByRole('article', { name: EVA });
    await card.getByRole('button', { name: 'End it' }).click();
    await card.getByRole('button', { name: 'Yes, end it' }).click();
    await card.getByText(/Acted for/).waitFor();
    const { page } = eva;
    await page.reload();
    await page.getByText('Connected', { exact: true }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'People', exact: true }).count()).toBe(0);
    await expect.poll(() => page.getByText(MARIA).count(), { message: 'nothing of hers is left' }).toBe(0);
  });
});
