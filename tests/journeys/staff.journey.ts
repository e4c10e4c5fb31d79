// Staff come, serve, hand over and go, against the real server: an administrator invites a supervisor and
// two case managers, the supervisor assigns, one case manager offers a client, the other accepts and is let
// into a circle; then the administrator ends the first one's account, and their open tab is signed out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { DANA, MARIA, endJourney, expectNoTrouble, openClient } from './family.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

const KIM = 'Kim Keyring';
const RAE = 'Rae Recruit';
const LOU = 'Lou Newcomer';
const NOA = 'Noa Newcomer';
const CIRCLE = 'Maria and Lou';

describe('staff', () => {
  let server: Server;
  let kim: Person;
  let maria: Person;
  let rae: Person;
  let lou: Person;
  let noa: Person;

  beforeAll(async () => {
    server = await Server.start();
    kim = await Person.enrolled(KIM, server);
    maria = await Person.enrolled(MARIA, server);
  });
  afterAll(() => endJourney(server, kim, maria, rae, lou, noa));

  async function openPeople({ page }: Person): Promise<void> {
    await page.getByRole('link', { name: 'People', exact: true }).click();
  }

  async function invite(name: string, role: string): Promise<Person> {
    const { page } = kim;
    await openPeople(kim);
    await page.getByText('Invite someone').click();
    await page.getByLabel('Full name').fill(name);
    await page.getByRole('radio', { name: new RegExp(`^${role}`) }).check();
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('heading', { name: new RegExp(`Link for .*${name}`) }).waitFor();
    server.links.set(name, await page.getByLabel('Or open this link').inputValue());
    await page.getByRole('button', { name: 'I have handed it over' }).click();
    return Person.enrolled(name, server);
  }

  test('an administrator invites them, and each comes in by the link', async () => {
    rae = await invite(RAE, 'Supervisor');
    lou = await invite(LOU, 'Case manager');
    noa = await invite(NOA, 'Case manager');
    await kim.page.reload();
    const row = kim.page.getByRole('listitem', { name: LOU, exact: true });
    await row.getByText('Here', { exact: true }).waitFor();
    await expect.poll(() => kim.page.getByText(MARIA).count()).toBe(0);
    await expectAccessible(kim.page, 'real staff');
    await takePictures(kim.page, 'real-staff');
  });

  test('the supervisor assigns a client, and the case manager is asked to get in touch', async () => {
    const { page } = rae;
    await openPeople(rae);
    await page.getByRole('combobox', { name: new RegExp(`Case manager for .*${MARIA}`) }).selectOption({ label: LOU });
    await page.getByRole('button', { name: new RegExp(`Assign.*${MARIA}`) }).click();
    await page.getByText(new RegExp(`${LOU}.* serves .*${MARIA}.* now`)).waitFor();
    await expectAccessible(page, 'real caseloads');
    await takePictures(page, 'real-caseloads');
    await lou.page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await lou.page.getByText(new RegExp(`${MARIA}.* is your client now`)).first().waitFor();
    await openClient(lou);
    await lou.page.getByRole('heading', { name: MARIA, level: 1 }).waitFor();
  });

  test('a circle of theirs is made with the client', async () => {
    // As a page would: the form for circles without a caregiver is a case of its own.
    const made = await lou.page.evaluate(async ([name, title]) => {
      const { clients } = (await (await fetch('/v1/people')).json()) as { clients: { person: string; name: string }[] };
      const client = clients.find((one) => one.name === name)?.person;
      const body = JSON.stringify({ op_id: crypto.randomUUID(), client, title, members: [] });
      return (await fetch('/v1/circles', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
    }, [MARIA, CIRCLE] as const);
    expect(made).toBe(200);
    await lou.open(CIRCLE);
    await maria.open(CIRCLE);
    await lou.send('Hello Maria, I am Lou');
    await maria.sees('Hello Maria, I am Lou');
  });

  test('one offers, the other accepts, and both serve the client for a while', async () => {
    const { page } = lou;
    await openPeople(lou);
    await page.getByRole('link', { name: 'Pass clients on' }).first().click();
    await page.getByRole('checkbox', { name: MARIA }).check();
    await page.getByLabel('To whom?').selectOption({ label: NOA });
    await page.getByLabel('What should they know?').fill('She likes to be called in the morning.');
    await page.getByRole('button', { name: 'Offer', exact: true }).click();
    await page.getByText('The clients stay with you until').waitFor();
    expect(server.filesWith('likes to be called in the morning')).toEqual([]);
    await noa.page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await noa.page.getByText(new RegExp(`${LOU}.* offers you a client`)).first().waitFor();
    await noa.page.getByRole('link', { name: 'Look at the offer' }).first().click();
    await noa.page.getByText('She likes to be called in the morning.').waitFor();
    await expectAccessible(noa.page, 'real offer');
    await takePictures(noa.page, 'real-offer');
    await noa.page.getByRole('button', { name: /Take over/ }).click();
    await noa.page.getByRole('link', { name: 'Open their page' }).click();
    await noa.page.getByText(new RegExp(`${LOU}.* handed .*${MARIA}.* over to you`)).waitFor();
    await maria.page.getByRole('link', { name: 'People', exact: true }).click();
    await maria.page.getByRole('article', { name: NOA }).waitFor();
    await maria.page.getByText(new RegExp(`${LOU}.* helps until`)).waitFor();
    await expect.poll(() => maria.page.getByRole('article', { name: LOU }).count()).toBe(0);
  });

  test('and comes into the circle when somebody inside says so', async () => {
    await openPeople(noa);
    const before = await noa.page.evaluate(async () => (await fetch('/v1/circles')).json());
    expect(JSON.stringify(before)).not.toContain(CIRCLE);
    await openClient(lou);
    await lou.page.getByRole('button', { name: new RegExp(`Add .*${NOA}.*: ${CIRCLE}`) }).click();
    await noa.open(CIRCLE);
    await noa.send('Hello, I am Noa and take over');
    await maria.open(CIRCLE);
    await maria.sees('Hello, I am Noa and take over');
    // What was said before is not theirs to read.
    await expect.poll(() => noa.page.getByText('Hello Maria, I am Lou').count()).toBe(0);
    await expectNoTrouble([kim, rae, lou, noa, maria]);
  });

  test('the administrator ends the first one’s account, and their open tab is signed out', async () => {
    await lou.open(CIRCLE);
    const { page } = kim;
    await openPeople(kim);
    await page.reload();
    const row = page.getByRole('listitem', { name: LOU, exact: true });
    await row.getByRole('button', { name: 'End this account' }).click();
    await row.getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText(new RegExp(`The account of .*${LOU}.* has ended`)).waitFor();
    await lou.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await takePictures(lou.page, 'real-ended');
    const status = await lou.page.evaluate(async () => (await fetch('/v1/session')).status);
    expect(status).toBe(401);
    await noa.send('Only the two of us now');
    await maria.sees('Only the two of us now');
    expect(await lou.page.content()).not.toContain('Only the two of us now');
    // Dana serves Maria as before.
    await openPeople(rae);
    await rae.page.reload();
    await rae.page.getByText(DANA).first().waitFor();
    await expect.poll(() => rae.page.getByText(LOU).count()).toBe(0);
    await expectNoTrouble([kim, noa, maria]);
  });
});
