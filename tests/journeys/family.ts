// The invented people of the demo, and the ways through the app that several journeys take.
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { Native } from './native.ts';
import { Person } from './person.ts';
import type { Server } from './server.ts';

export const MARIA = 'Maria Sample';
export const DANA = 'Dana Placeholder';
export const ANA = 'Ana Sample';
export const SAM = 'Sam Specimen';
export const PAIR = 'Maria and Dana';
export const FAMILY = 'Maria’s family';

/** Dana and Maria in their circle: Dana has said something there, and Maria has read it. */
export async function twoInACircle(server: Server, said: string): Promise<[dana: Person, maria: Person]> {
  const two = await enrolTwo(server);
  await say(two, said);
  return two;
}

/** The same with Sam, who reads at a device without a screen. */
export async function threeInACircle(server: Server, said: string): Promise<[dana: Person, maria: Person, sam: Native]> {
  const two = await enrolTwo(server);
  const sam = await Native.enrol(SAM, server);
  sam.watch();
  await say(two, said);
  await sam.reads(PAIR, said);
  return [...two, sam];
}

async function enrolTwo(server: Server): Promise<[Person, Person]> {
  return [await Person.enrolled(DANA, server), await Person.enrolled(MARIA, server)];
}

async function say([from, to]: [Person, Person], said: string): Promise<void> {
  for (const person of [from, to]) await person.open(PAIR);
  await from.send(said);
  await to.sees(said);
}

/** Whoever has come so far leaves, and the server ends. */
export async function endJourney(server: Server, ...people: (Person | Native | undefined)[]): Promise<void> {
  for (const one of people) await one?.leave();
  await server.end();
}

/** No page broke its policy, and nobody is told of trouble that there is not. */
export async function expectNoTrouble(people: readonly Person[]): Promise<void> {
  for (const { name, page, profile } of people) {
    expect(profile.violations, name).toEqual([]);
    expect(await page.getByRole('alert').allTextContents(), name).toEqual([]);
  }
}

/**
 * Staff open the page of the client. In the list of clients only: until it has come, the page before
 * still stands, where a circle's last message may name the client too.
 */
export async function openClient({ page }: Pick<Person, 'page'>): Promise<void> {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('region', { name: 'Your clients' }).getByRole('link', { name: MARIA }).click();
  await page.getByRole('heading', { name: MARIA, level: 1 }).waitFor();
}

/** On the client's page: a consent for the daughter. */
export async function recordConsent({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Record a consent' }).click();
  await page.getByLabel('Said in person or by phone').check();
  await page.getByLabel('What was agreed?').fill('Maria said yes at the office.');
  await page.getByRole('button', { name: 'Save consent' }).click();
  await page.getByText('In force').waitFor();
}

/** On the client's page: the circle with the daughter. */
export async function makeFamily({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Invite into a new circle' }).click();
  await page.getByLabel('Title of the new circle').fill(FAMILY);
  await page.getByRole('button', { name: 'Make the circle' }).click();
  await page.getByText('It opens as soon as people sign in').waitFor();
}

export async function openDevices({ page }: Person): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Your devices' }).click();
  await page.getByRole('article', { name: 'This device' }).waitFor();
}

/** Signs out a person's only other device, from this one. */
export async function signOutThere(person: Person): Promise<void> {
  const { page } = person;
  await openDevices(person);
  const other = page.getByRole('article', { name: /^Another device, added/ });
  await other.getByRole('button', { name: 'Sign out there' }).click();
  await other.getByRole('button', { name: 'Yes, sign it out' }).click();
  await page.getByText('That device is signed out.').waitFor();
}

/** Signs out here: what held the keys has ended. */
export async function signOut({ page }: Person): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await expect.poll(() => page.workers().length).toBe(0);
}

/** Lets a new browser of a person's in, by a link and six digits that stand on both. */
export async function letIn(person: Person, server: Server): Promise<Person> {
  const { page } = person;
  await openDevices(person);
  await page.getByRole('button', { name: 'Add a device' }).click();
  const link = await page.getByLabel('Or open this link').inputValue();
  const next = await Person.arrive(person.name, server);
  await next.page.goto(link);
  await next.page.getByRole('heading', { name: 'Look at your first device' }).waitFor();
  const ask = page.getByRole('group', { name: 'A new device wants to come in' });
  await ask.waitFor();
  const digits = async (part: Locator): Promise<string> => (await part.locator('[aria-hidden]').allTextContents()).join('');
  const shown = await digits(ask);
  expect(shown).toMatch(/^\d{6}$/);
  expect(await digits(next.page.getByRole('main'))).toContain(shown);
  await expectAccessible(next.page, 'comparing');
  await expectAccessible(page, 'asked to let in');
  await takePictures(page, 'real-ask-digits');
  await page.getByRole('button', { name: 'Yes, let it in' }).click();
  await page.getByText('Your new device is in.').waitFor();
  await next.page.getByRole('heading', { name: 'Your circles' }).waitFor();
  await next.page.getByText('Connected', { exact: true }).waitFor();
  return next;
}

/** In the open circle: the row of one of its people. */
export async function memberRow({ page }: Person, name: string): Promise<Locator> {
  await page.getByRole('link', { name: /people/ }).first().click();
  await page.getByRole('heading', { name: /Who is in/ }).waitFor();
  // The list of circles stands beside it, and its newest line may name the same person.
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
}

/** In the open circle: one of its people says that another one's number is the same. */
export async function checkInPerson(person: Person, name: string): Promise<void> {
  const row = await memberRow(person, name);
  await row.getByText('Check in person', { exact: true }).click();
  await row.getByRole('button', { name: 'Yes, the same' }).click();
  await row.getByText('Checked in person').first().waitFor();
}

/** On the page of devices, for somebody who has no recovery code: makes one, which is shown from now on. */
export async function makeRecoveryCode({ page }: Person): Promise<string> {
  await page.getByRole('link', { name: 'Make a recovery code' }).click();
  await page.getByRole('button', { name: 'Make my code' }).click();
  const shown = page.getByRole('region', { name: 'Your recovery code' });
  await shown.waitFor();
  return (await shown.locator('.code [aria-hidden]').allTextContents()).join('-');
}

/** In a browser that knows nobody: comes back by a recovery code. */
export async function recover({ page }: Person, code: string): Promise<void> {
  await page.getByRole('button', { name: 'I have a recovery code' }).click();
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(code);
  await page.getByRole('button', { name: 'Get my messages back' }).click();
  await page.getByRole('heading', { name: 'Your circles' }).waitFor();
}

/** The safety number in a part of a page. */
export async function safetyNumberIn(part: Locator): Promise<string> {
  const groups = await part.locator('.groups span').allTextContents();
  return groups.join(' ');
}
