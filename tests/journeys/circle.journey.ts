// The first encrypted conversation, from sign-in links to a new circle for the daughter: real
// browsers in separate profiles, the real server over TLS, nothing played.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectWindowHigh, takePictures } from './browser.ts';
import {
  ANA, DANA, FAMILY, MARIA, PAIR, endJourney, expectNoTrouble, openClient, signOut, twoInACircle,
} from './family.ts';
import { Person } from './person.ts';
import { Server } from './server.ts';

/** Neither the database, nor its write-ahead log, nor the server's output holds a text. */
function expectUnknownToServer(server: Server, texts: string[]): void {
  // The search itself is tried on something that the server does know.
  expect(server.filesWith('SQLite format 3').length).toBeGreaterThan(0);
  for (const text of texts) expect(server.filesWith(text)).toEqual([]);
}

describe.each([
  { first: DANA, second: MARIA },
  { first: MARIA, second: DANA },
])('$first opens the link first', ({ first, second }) => {
  let server: Server;
  const people: Person[] = [];
  beforeAll(async () => {
    server = await Server.start();
  });
  afterEach(() => expectNoTrouble(people));
  afterAll(() => endJourney(server, ...people));

  test('both read what the other writes, and the server reads nothing', async () => {
    for (const name of [first, second]) people.push(await Person.enrolled(name, server));
    const [one, other] = people as [Person, Person];
    for (const person of people) await person.open(PAIR);
    for (const [from, to] of [[one, other], [other, one]] as const) {
      const text = `Written by ${from.name} for nobody else`;
      await from.send(text);
      await to.sees(text);
    }
    await other.page.getByRole('link', { name: /people/ }).first().click();
    const row = other.page.getByRole('listitem').filter({ hasText: one.name });
    await row.getByText('Not verified').waitFor();
    expectUnknownToServer(server, ['for nobody else']);
  });
});

describe('a conversation that goes on', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let ana: Person | null = null;
  /** Everything written between Dana and Maria so far, in order. */
  const said = ['Good morning'];
  const everybody = (): Person[] => [dana, maria, ...(ana === null ? [] : [ana])];

  beforeAll(async () => {
    server = await Server.start();
    [dana, maria] = await twoInACircle(server, 'Good morning');
  });
  afterEach(() => expectNoTrouble(everybody()));
  afterAll(() => endJourney(server, ...everybody()));

  /** Both have what was said and these more, in order, once each, and nothing that comes later. */
  async function expectMore(...more: string[]): Promise<void> {
    said.push(...more, `After ${more.length} more, ${said.length} before`);
    await maria.sees(more.at(-1) ?? '');
    // What comes twice or late comes before an answer that is written now.
    await maria.send(said.at(-1) ?? '');
    await dana.sees(said.at(-1) ?? '');
    expect(await maria.texts()).toEqual(said);
    expect(await dana.texts()).toEqual(said);
  }

  test('whoever closed the tab has exactly what was written meanwhile', async () => {
    await maria.closeTab();
    const more = ['First of three', 'Second of three', 'Third of three'];
    for (const text of more) await dana.send(text);
    await maria.comeBack();
    await maria.open(PAIR);
    await expectMore(...more);
  });

  test('also when the server dies in between', async () => {
    await maria.closeTab();
    await dana.send('Before the fall');
    await server.kill();
    await dana.page.getByText('Your messages wait here').waitFor();
    const waiting = ['During the fall', 'Still down'];
    for (const text of waiting) await dana.write(text);
    for (const text of waiting) await dana.sees(text, 'waiting');
    await server.start();
    for (const text of waiting) await dana.sees(text, 'sent');
    await maria.comeBack();
    await maria.open(PAIR);
    await expectMore('Before the fall', ...waiting);
  });

  test('and when the sender\'s tab dies between sending and the answer', async () => {
    server.freeze();
    await dana.write('Sent without an answer');
    await dana.sees('Sent without an answer', 'waiting');
    await dana.closeTab();
    server.thaw();
    await dana.comeBack();
    await dana.open(PAIR);
    await dana.sees('Sent without an answer', 'sent');
    await expectMore('Sent without an answer');
  });

  test('and when it dies before anything left', async () => {
    await server.kill();
    await dana.write('Never left the first time');
    await dana.closeTab();
    await server.start();
    await dana.comeBack();
    await dana.open(PAIR);
    await dana.sees('Never left the first time', 'sent');
    await expectMore('Never left the first time');
  });

  test('whoever signs out stays signed out, also in a new tab, until they sign in', async () => {
    await signOut(maria);
    await maria.page.getByText('locked').waitFor();
    // Nothing of hers stands on the page.
    expect(await maria.page.getByText(PAIR).count()).toBe(0);
    await maria.page.reload();
    await maria.page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await dana.send('While she was away');
    await expect.poll(() => maria.page.getByText('Connected', { exact: true }).count()).toBe(0);
    await expectAccessible(maria.page, 'signed out');
    await maria.page.getByRole('button', { name: 'Open my messages' }).click();
    await maria.open(PAIR);
    await expectMore('While she was away');
  });

  test('the daughter is invited into a new circle and sees no other', async () => {
    const { page } = dana;
    await openClient(dana);
    await takePictures(page, 'real-client');
    await page.getByRole('button', { name: 'Record a consent' }).click();
    await page.getByLabel('Said in person or by phone').check();
    await page.getByLabel('What was agreed?').fill('Maria said yes at the office.');
    await takePictures(page, 'real-consent');
    await page.getByRole('button', { name: 'Save consent' }).click();
    await page.getByText('In force').waitFor();
    await page.getByRole('button', { name: 'Invite into a new circle' }).click();
    await page.getByLabel('Title of the new circle').fill(FAMILY);
    await takePictures(page, 'real-new-circle');
    await page.getByRole('button', { name: 'Make the circle' }).click();
    await page.getByText('It opens as soon as people sign in').waitFor();

    ana = await Person.arrive(ANA, server);
    await ana.openLink();
    await expectAccessible(ana.page, 'sign-in');
    await takePictures(ana.page, 'real-sign-in');
    await ana.enrol();
    await ana.open(FAMILY);
    await dana.open(FAMILY);
    await dana.send('Welcome, Ana');
    await ana.sees('Welcome, Ana');
    await maria.open(FAMILY);
    await maria.sees('Welcome, Ana');
    await ana.send('Thank you all');
    await maria.sees('Thank you all');
    await takePictures(maria.page, 'real-family');

    const hers = ana.page.getByRole('link', { name: PAIR });
    await expect.poll(() => hers.count()).toBe(0);
    const told = await ana.page.evaluate(async () => (await fetch('/v1/circles')).text());
    expect((JSON.parse(told) as { circles: { title: string }[] }).circles.map(({ title }) => title)).toEqual([FAMILY]);
    expect(told).not.toContain(PAIR);
    expect(await ana.page.content()).not.toContain('Good morning');
  });

  test('the server, its database, its log and its output never held a word of it', () => {
    expectUnknownToServer(server, [
      ...said, 'Welcome, Ana', 'Thank you all',
    ]);
  });

  test('every page is accessible, in light and dark', async () => {
    const { page } = maria;
    await maria.open(PAIR);
    await expectAccessible(page, 'conversation');
    await takePictures(page, 'real-conversation');
    await expectWindowHigh(page, 'conversation');
    await page.getByRole('link', { name: /people/ }).first().click();
    await page.getByRole('heading', { name: /Who is in/ }).waitFor();
    await expectAccessible(page, 'members');
    await takePictures(page, 'real-members');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { name: 'People around you' }).waitFor();
    await expectAccessible(page, 'my people');
    await takePictures(page, 'real-my-people');
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await expectAccessible(page, 'circles');
    await takePictures(page, 'real-circles');
    await openClient(dana);
    await expectAccessible(dana.page, 'client');
    await takePictures(dana.page, 'real-client-after');
  });

  test('a used link says so to another browser', async () => {
    const stranger = await Person.arrive(MARIA, server);
    await stranger.page.goto(server.link(MARIA));
    await stranger.page.getByRole('heading', { name: 'This link was used already' }).waitFor();
    await expectAccessible(stranger.page, 'used link');
    expect(stranger.profile.violations).toEqual([]);
    await stranger.leave();
  });
});
