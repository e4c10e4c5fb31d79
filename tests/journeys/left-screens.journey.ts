// A visit that is booked with a colleague who does not go on serving its client, in a real browser over the doubles: it
// is said on its card, and taken over there.
import { expect, test } from 'vitest';
import { people } from '../../web-client/doubles/story.ts';
import { looksGood, openClient, openScreens, page, posted, stage } from './screen.ts';

openScreens();

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
  await openClient();
  const visit = page.getByRole('article').filter({ hasText: 'Elm Street' }).first();
  await visit.getByText(/This visit is booked with .*Sam Specimen/).waitFor();
  await looksGood('visit-left', visit);
  await visit.getByRole('button', { name: 'Take the visit over' }).click();
  await page.getByText('The visit is yours now. The emails go out now.').waitFor();
  expect(await visit.getByRole('button', { name: 'Take the visit over' }).count()).toBe(0);
  expect(posted(/\/team$/)).toMatchObject({ sequence: 0, staff: [], take_over: true });
});

test('a name that was erased is said to be', async () => {
  leaveBehind('[erased]');
  await openClient();
  await page.getByText(/This visit is booked with .*\(erased\)/).first().waitFor();
});
