// A visit that is booked with a colleague who does not go on serving its client, in a real browser over the doubles: it
// is said on its card, in both languages, and taken over there.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Agency } from '../../web-client/doubles/agency.ts';
import { people } from '../../web-client/doubles/story.ts';
import { expectAccessible, expectFitsNarrow, openProfile, takePictures, type Profile } from './browser.ts';
import { playDouble, signIn, type Stage } from './double.ts';
import { openClient } from './family.ts';

let stage: Stage;
let profile: Profile;
let page: Page;

beforeAll(async () => {
  stage = await playDouble();
});
afterAll(() => stage.end());
beforeEach(async () => {
  stage.agency = new Agency(Date.now());
  stage.posted = [];
  profile = await openProfile();
  page = profile.page;
});
afterEach(async () => {
  const { violations } = profile;
  await profile.end();
  expect(violations).toEqual([]);
});

/** Sam is booked for the visit at Maria's home, and serves her no longer. */
function leaveBehind(name: string = people.sam.name): void {
  const visit = stage.agency.appointments.find(({ place }) => place !== undefined && place !== null);
  if (visit === undefined) throw new Error('no visit at home');
  visit.may_take_over = true;
  visit.participants = visit.participants.map((one) =>
    one.booked === true ? { ...one, person: people.sam.person, name, account: people.sam.account } : one,
  );
}

test('a visit that a colleague left is taken over', async () => {
  leaveBehind();
  await signIn(page, stage, 'dana');
  await openClient({ page });
  const visit = page.getByRole('article').filter({ hasText: 'Elm Street' }).first();
  await visit.getByText(/This visit is booked with .*Sam Specimen/).waitFor();
  await expectAccessible(page, 'a visit that was left');
  await takePictures(page, 'visit-left', visit);
  await expectFitsNarrow(page, 'a visit that was left');
  await visit.getByRole('button', { name: 'Take the visit over' }).click();
  await page.getByText('The visit is yours now. The emails go out now.').waitFor();
  expect(await visit.getByRole('button', { name: 'Take the visit over' }).count()).toBe(0);
  const sent = stage.posted.filter(({ path }) => path.endsWith('/team'));
  expect(JSON.parse(sent[0]?.body ?? '{}')).toMatchObject({ sequence: 0, staff: [], take_over: true });
});

test('a name that was erased is said to be', async () => {
  leaveBehind('[erased]');
  await signIn(page, stage, 'dana');
  await openClient({ page });
  await page.getByText(/This visit is booked with .*\(erased\)/).first().waitFor();
});
