// The pages of visits in a real browser, over the double of the device core and of the agency: what a
// client in a hurry and a case manager with a full day see and can do, and that axe finds nothing.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Agency } from '../../web-client/doubles/agency.ts';
import { people, type Who } from '../../web-client/doubles/story.ts';
import {
  PHONE, expectAccessible, expectFitsNarrow, openProfile, takePictures, type Profile,
} from './browser.ts';
import { playDouble, signIn, type Stage } from './double.ts';
import { openClient as openTheirPage } from './family.ts';

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

/** Signs in and goes to a page by the navigation. */
async function arrive(who: Who, place: string, locale: 'en' | 'es' = 'en'): Promise<void> {
  await signIn(page, stage, who);
  if (locale === 'es') {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Español' }).click();
  }
  await page.getByRole('link', { name: place, exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

async function openClient(): Promise<void> {
  await arrive('dana', 'People');
  await openTheirPage({ page });
}

/** A picture of all of a long page, on a phone. */
async function takeTall(name: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: PHONE.width, height: 1_700 });
  await page.screenshot({ path: join(import.meta.dirname, 'output', `${name}-tall.png`) });
  if (before !== null) await page.setViewportSize(before);
}

/** What was last sent to a path, without the request's id. */
function sent(path: RegExp): Record<string, unknown> {
  const { body = '{}' } = stage.posted.findLast((one) => path.test(one.path)) ?? {};
  const { op_id, ...rest } = JSON.parse(body) as Record<string, unknown>;
  expect(op_id).toMatch(/^[0-9a-f-]{36}$/);
  return rest;
}

describe('a client\'s own visits', () => {
  test('the next one is large, and one tap says "I will be there"', async () => {
    await arrive('maria', 'Visits');
    const next = page.getByRole('article').first();
    await next.getByText(/With .*Dana Placeholder and Ana Sample/).waitFor();
    await expect.poll(() => next.getByRole('link', { name: 'Join the video visit' }).getAttribute('href')).toBe('https://meet.example/room-7');
    await expectAccessible(page, 'visits');
    await takePictures(page, 'visits');
    await expectFitsNarrow(page, 'visits');
    await next.getByRole('button', { name: 'I will be there' }).click();
    await next.getByText('You said: I will be there.').waitFor();
    expect(sent(/reply$/)).toEqual({ sequence: 0, reply: 'confirm' });
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('You said: I will be there.');
    await next.getByRole('button', { name: 'I need another time' }).click();
    await next.getByText('You asked for another time').waitFor();
    await expectAccessible(page, 'visits answered');
    await takePictures(page, 'visits-answered');
  });

  test('cancelling takes two taps, and can be taken back', async () => {
    await arrive('maria', 'Visits');
    const next = page.getByRole('article').first();
    await next.getByRole('button', { name: 'Cancel this visit' }).click();
    await next.getByRole('group', { name: 'Cancel this visit for everyone?' }).waitFor();
    expect(stage.posted).toEqual([]);
    await expectAccessible(page, 'cancel asked');
    await takePictures(page, 'visit-cancel');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Cancel this visit');
    await page.keyboard.press('Enter');
    await next.getByRole('button', { name: 'Yes, cancel it' }).click();
    await page.getByRole('heading', { name: 'You cancelled this visit' }).waitFor();
    await expectAccessible(page, 'cancelled');
    await takePictures(page, 'visit-cancelled');
    await expectFitsNarrow(page, 'cancelled');
    await page.getByRole('button', { name: 'Keep this visit' }).click();
    await page.getByText('Your visit is on again').waitFor();
    expect(sent(/reply$/)).toEqual({ sequence: 0, reply: 'undo' });
  });

  test('speak Spanish, and a caregiver answers only for herself', async () => {
    await arrive('ana', 'Visitas', 'es');
    await page.getByRole('button', { name: 'No puedo ir' }).click();
    await page.getByText('La visita sigue para los demás').waitFor();
    await expectAccessible(page, 'visits in Spanish');
    await takePictures(page, 'visits-es');
    await page.getByRole('group').getByRole('button', { name: 'No puedo ir' }).click();
    await page.getByText('Dijiste: no puedo ir.').waitFor();
    await page.getByRole('button', { name: 'Allí estaré' }).waitFor();
  });

  test('a page without an answer says so and tries again', async () => {
    await signIn(page, stage, 'maria');
    await page.route('**/v1/appointments?*', (route) => route.abort());
    await page.getByRole('link', { name: 'Visits', exact: true }).click();
    await page.getByText('We could not load this page').waitFor();
    await page.unroute('**/v1/appointments?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('article').first().waitFor();
  });
});

describe('booking', () => {
  test('a case manager books a video visit with the daughter', async () => {
    await openClient();
    await expectAccessible(page, 'client with visits');
    await takePictures(page, 'client-visits');
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByRole('button', { name: '9:15 AM' }).waitFor();
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('America/Chicago');
    await page.getByRole('checkbox', { name: 'Ana Sample' }).check();
    await expect.poll(() => page.getByRole('checkbox', { name: 'Noel Sample' }).isDisabled()).toBe(true);
    await page.getByLabel('Meeting link').fill('https://meet.example/a');
    await page.getByLabel('Day', { exact: true }).fill('2027-12-07');
    await page.getByRole('group', { name: /December 7/ }).waitFor();
    await expectAccessible(page, 'booking');
    await takePictures(page, 'booking');
    await expectFitsNarrow(page, 'booking');

    // A taken time offers three others; one tap fills one in.
    await page.getByLabel('Time', { exact: true }).fill('10:00');
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText('That time is taken.').waitFor();
    await expectAccessible(page, 'slot taken');
    await takeTall('slot-taken');
    await page.getByRole('button', { name: /December 7.*11:15/ }).click();
    await expect.poll(() => page.getByLabel('Time', { exact: true }).inputValue()).toBe('11:15');
    await page.keyboard.press('Enter');
    await page.getByText(/^Booked: /).waitFor();
    expect(sent(/appointments$/)).toMatchObject({
      kind: 'video', civil_start: '2027-12-07T11:15', zone: 'America/Chicago', minutes: 30,
      caregivers: ['01990000-0000-7000-8000-000000000008'], meeting_link: 'https://meet.example/a',
    });
    await takePictures(page, 'booked');
  });

  test('a colleague comes along, sees it in their own calendar and changes nothing', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByRole('button', { name: '9:15 AM' }).waitFor();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await page.getByLabel('Day', { exact: true }).fill('2027-12-07');
    await page.getByRole('group', { name: 'Who else from the team?' }).getByRole('checkbox', { name: 'Sam Specimen' }).check();
    const free = page.getByRole('group', { name: /^When all of you are free on/ });
    await free.getByRole('button', { name: '1:30 PM' }).waitFor();
    await expect.poll(() => free.getByRole('button', { name: '9:15 AM' }).count()).toBe(0);
    await expectAccessible(page, 'booking with a colleague');
    await takePictures(page, 'booking-team');
    await expectFitsNarrow(page, 'booking with a colleague');
    await free.getByRole('button', { name: '1:30 PM' }).click();
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText(/^Booked: /).waitFor();
    expect(sent(/appointments$/)).toMatchObject({ staff: ['01990000-0000-7000-8000-000000000003'] });
    const visit = page.getByRole('article').filter({ hasText: 'Sam Specimen' });
    await visit.getByRole('button', { name: 'Move' }).click();
    await visit.getByRole('group', { name: /^When all of you are free on/ }).waitFor();
    await visit.getByRole('button', { name: 'Cancel', exact: true }).click();

    const other = await openProfile();
    await signIn(other.page, stage, 'sam');
    await other.page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await other.page.getByRole('link', { name: 'Day', exact: true }).click();
    await other.page.getByLabel('Go to').fill('2027-12-07');
    const theirs = other.page.getByRole('article').filter({ hasText: 'Maria Sample' });
    await theirs.getByText('You come along.', { exact: false }).waitFor();
    await expect.poll(() => theirs.getByRole('button').count()).toBe(0);
    await expect.poll(() => theirs.getByRole('link').count()).toBe(0);
    await expectAccessible(other.page, 'coming along');
    await takePictures(other.page, 'coming-along');
    await expectFitsNarrow(other.page, 'coming along');
    await other.end();
    expect(other.violations).toEqual([]);
  });

  test('where to go is said, and said anew', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Court date' });
    await expect.poll(() => page.getByLabel('Meeting link').count()).toBe(0);
    await page.getByLabel('Where do you meet?').fill('Courthouse, room 4');
    await page.getByLabel('Day', { exact: true }).fill('2027-12-08');
    await page.getByLabel('Time', { exact: true }).fill('11:00');
    await expectAccessible(page, 'booking with a place');
    await expectFitsNarrow(page, 'booking with a place');
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText(/^Booked: /).waitFor();
    expect(sent(/appointments$/)).toMatchObject({ kind: 'court', place: 'Courthouse, room 4', meeting_link: null });
    const visit = page.getByRole('article').filter({ hasText: 'Court date' });
    await visit.getByText('Courthouse, room 4').waitFor();
    await visit.getByRole('button', { name: 'Change the place' }).click();
    await visit.getByLabel('Where do you meet?').fill('9 Oak Square');
    await expectAccessible(page, 'changing the place');
    await takePictures(page, 'changing-place');
    await expectFitsNarrow(page, 'changing the place');
    await visit.getByRole('button', { name: 'Save the place' }).click();
    await page.getByText('The place is saved.').waitFor();
    await visit.getByText('9 Oak Square').waitFor();
    expect(sent(/place$/)).toEqual({ sequence: 0, place: '9 Oak Square' });

    const other = await openProfile();
    await signIn(other.page, stage, 'maria');
    await other.page.getByRole('link', { name: 'Visits', exact: true }).click();
    await other.page.getByRole('article').filter({ hasText: 'At home' }).getByText('14 Elm Street, the side door').waitFor();
    await other.end();
    expect(other.violations).toEqual([]);
  });

  test('a time that is tapped is kept while the rest is filled in, and let go with the form', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByRole('button', { name: '9:15 AM' }).click();
    await page.getByText('This time is kept for you until', { exact: false }).waitFor();
    expect(stage.agency.held).toMatch(/T09:15$/);
    await expectAccessible(page, 'time kept');
    await expectFitsNarrow(page, 'time kept');
    await page.getByRole('button', { name: '11:00 AM' }).click();
    await expect.poll(() => stage.agency.held).toMatch(/T11:00$/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect.poll(() => stage.agency.held).toBeNull();
  });

  test('a time that the clocks skip offers the next one', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await expect.poll(() => page.getByLabel('Meeting link').count()).toBe(0);
    await page.getByLabel('Day', { exact: true }).fill('2027-03-14');
    await page.getByLabel('Time', { exact: true }).fill('02:30');
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText('The clocks go forward that night').waitFor();
    await page.getByRole('button', { name: /March 14.*3:00/ }).click();
    await expect.poll(() => page.getByLabel('Time', { exact: true }).inputValue()).toBe('03:00');
  });

  test('a visit is moved, and cancelled with a reason', async () => {
    await openClient();
    const visit = page.getByRole('article').filter({ hasText: 'Phone call' }).first();
    await visit.getByText('Denver').waitFor();
    await visit.getByRole('button', { name: 'Move' }).click();
    await expect.poll(() => visit.getByLabel('Time zone').inputValue()).toBe('America/Denver');
    await visit.getByRole('button', { name: '1:30 PM' }).click();
    await expectAccessible(page, 'moving');
    await takePictures(page, 'moving');
    await visit.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The mails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ sequence: 0, zone: 'America/Denver' });
    await visit.getByRole('button', { name: 'Cancel visit' }).click();
    await visit.getByRole('radio', { name: 'The agency cannot come' }).check();
    await expectAccessible(page, 'cancelling');
    await takePictures(page, 'cancelling');
    await visit.getByRole('button', { name: 'Yes, cancel the visit' }).click();
    await page.getByText('Cancelled. The mails').waitFor();
    expect(sent(/cancel$/)).toEqual({ sequence: 1, reason: 'agency' });
  });
});

describe('a series', () => {
  test('is booked without what is taken, and called off from one visit on', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await page.getByLabel('Day', { exact: true }).fill('2027-12-14');
    await page.getByLabel('Time', { exact: true }).fill('15:30');
    await page.getByLabel('Repeats').selectOption('month');
    await expect.poll(() => page.getByLabel('Repeats').textContent()).toMatch(/Every month on .*the second .*Tuesday/);
    await page.getByLabel('It ends').selectOption({ label: 'on a day' });
    await expect.poll(() => page.getByLabel('Last day').inputValue()).toBe('2028-03-14');
    await page.getByLabel('Repeats').selectOption({ label: 'Every two weeks' });
    await page.getByLabel('It ends').selectOption({ label: 'after a number of visits' });
    await page.getByLabel('Number of visits').fill('4');
    await expectAccessible(page, 'booking a series');
    await takePictures(page, 'booking-series');
    await expectFitsNarrow(page, 'booking a series');
    await page.getByRole('button', { name: 'Book these visits' }).click();
    await page.getByRole('heading', { name: 'One visit cannot be at its time' }).waitFor();
    await page.getByText(/January 11, 2028.*3:30/).first().waitFor();
    await page.getByText('That time is taken.').waitFor();
    await expectAccessible(page, 'series with a conflict');
    await takeTall('series-conflict');
    await page.getByRole('button', { name: 'No, go back' }).click();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Book these visits');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Book the others' }).click();
    await page.getByText(/3.* visits are booked, .*1.* left out/).waitFor();
    const { body = '{}' } = stage.posted.findLast(({ path }) => path.endsWith('/series')) ?? {};
    expect(JSON.parse(body)).toMatchObject({
      rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=4', skip_conflicts: true,
      first: { kind: 'phone', civil_start: '2027-12-14T15:30', zone: 'America/Chicago' },
    });

    const visits = page.getByRole('article').filter({ hasText: /Repeats .*every two weeks/ });
    await expect.poll(() => visits.count()).toBe(3);
    await visits.nth(1).getByRole('button', { name: 'Cancel visit' }).click();
    await visits.nth(1).getByRole('radio', { name: 'This and later ones' }).check();
    await visits.nth(1).getByText('You cannot take this back').waitFor();
    await expectAccessible(page, 'cancelling a series');
    await takePictures(page, 'cancelling-series');
    await visits.nth(1).getByRole('button', { name: 'Yes, cancel these visits' }).click();
    await page.getByText('Cancelled. The mails').waitFor();
    expect(sent(/cancel$/)).toEqual({ sequence: 0, reason: 'client', scope: 'this_and_later' });
    await expect.poll(() => visits.count()).toBe(1);
  });

  test('moves as a whole', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await page.getByLabel('Day', { exact: true }).fill('2027-12-14');
    await page.getByLabel('Time', { exact: true }).fill('15:30');
    await page.getByLabel('Repeats').selectOption({ label: 'Every week' });
    await page.getByLabel('Number of visits').fill('2');
    await page.getByRole('button', { name: 'Book these visits' }).click();
    await page.getByText(/2.* visits are booked\./).waitFor();
    const visits = page.getByRole('article').filter({ hasText: /Repeats .*every week/ });
    await visits.first().getByRole('button', { name: 'Move' }).click();
    await visits.first().getByRole('radio', { name: 'All of them' }).check();
    await visits.first().getByLabel('Time', { exact: true }).fill('13:30');
    await expectAccessible(page, 'moving a series');
    await takePictures(page, 'moving-series');
    await expectFitsNarrow(page, 'moving a series');
    await visits.first().getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The mails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ civil_start: '2027-12-14T13:30', scope: 'all', skip_conflicts: false });
    await expect.poll(() => visits.filter({ hasText: '1:30' }).count()).toBe(2);
  });
});

describe('what can be booked', () => {
  test('a worker says when', async () => {
    await arrive('dana', 'Calendar');
    await page.getByRole('link', { name: 'When I can be booked' }).click();
    const tuesday = page.getByRole('group', { name: 'Tuesday' });
    await tuesday.getByRole('button', { name: /^Add hours/ }).click();
    await expect.poll(() => tuesday.getByLabel(/From/).nth(1).inputValue()).toBe('18:00');
    await tuesday.getByRole('button', { name: /^Remove .*Tuesday.*09:00/ }).click();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toMatch(/^Add hours/);
    await page.getByRole('button', { name: 'Add a date' }).click();
    await page.locator('input[type=date]').last().fill('2026-12-31');
    await expectAccessible(page, 'hours');
    await takePictures(page, 'hours');
    await takeTall('hours');
    await expectFitsNarrow(page, 'hours');
    await page.getByRole('button', { name: 'Save the hours' }).click();
    await page.getByText(/2.* booked visits lie outside/).waitFor();
    expect(stage.agency.hours.dated.map(({ date }) => date)).toEqual(['2026-12-24', '2026-12-31']);
    expect(stage.agency.hours.weekly.filter(({ weekday }) => weekday === 2)).toEqual([
      { weekday: 2, open: { from: '18:00', until: '19:00' } },
    ]);
    await page.getByLabel('Time zone').fill('Mars/Nowhere');
    await page.getByRole('button', { name: 'Save the hours' }).click();
    await page.getByText('We do not know this time zone').waitFor();
  });

  test('a kind of visit fills in what it is', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await page.getByLabel('What kind of visit?').selectOption({ label: 'Home visit' });
    await expect.poll(() => page.getByLabel('How do you meet?').inputValue()).toBe('home');
    await expect.poll(() => page.getByLabel('How long?').inputValue()).toBe('60');
    await page.getByLabel('Time', { exact: true }).fill('11:00');
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText(/^Booked: /).waitFor();
    const [type] = stage.agency.visitTypes;
    expect(sent(/appointments$/)).toMatchObject({ kind: 'home', minutes: 60, visit_type: type?.id });
  });

  test('kinds of visits are added, changed and ended', async () => {
    await arrive('dana', 'Calendar');
    await page.evaluate(() => (location.hash = '#/calendar/visit-types'));
    await page.getByRole('heading', { name: 'Kinds of visits', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Add a kind of visit' }).click();
    await page.getByLabel('Name').fill('Court date');
    await page.getByLabel('How do you meet?').selectOption({ label: 'Court date' });
    await page.getByLabel('At most so many a day').fill('2');
    await expectAccessible(page, 'a kind of visit');
    await takePictures(page, 'visit-type');
    await expectFitsNarrow(page, 'a kind of visit');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Saved: .*Court date/).waitFor();
    expect(sent(/visit-types$/)).toMatchObject({ terms: { name: 'Court date', kind: 'court', per_day_max: 2 } });
    await expectAccessible(page, 'kinds of visits');
    await takePictures(page, 'visit-types');
    const home = page.getByRole('article', { name: 'Home visit' });
    await home.getByRole('button', { name: 'Offer no longer' }).click();
    await home.getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText('It is offered no longer.').waitFor();
    expect(stage.agency.visitTypes.map(({ terms }) => terms.name)).toEqual(['Court date']);
  });
});

describe('a visit that is over', () => {
  test('waits until somebody says how it went', async () => {
    await openClient();
    const visit = page.getByRole('article').first();
    await visit.getByRole('button', { name: 'How did it go?' }).click();
    await visit.getByRole('radio', { name: 'Did not come' }).check();
    await visit.getByLabel('What comes next').selectOption({ label: 'Something else, as noted' });
    await visit.getByRole('button', { name: 'Save' }).click();
    expect(await visit.getByLabel('What to remember').evaluate((field) => field.matches(':invalid'))).toBe(true);
    await visit.getByLabel('What to remember').fill('The bus did not come.');
    await expectAccessible(page, 'how it went');
    await takePictures(page, 'how-it-went');
    await expectFitsNarrow(page, 'how it went');
    await visit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved how it went.').waitFor();
    expect(sent(/close$/)).toEqual({
      sequence: 0, outcome: 'no_show', next_step: 'other', note: 'The bus did not come.',
    });
    await page.getByText(/earlier or cancelled visits/).click();
    await page.getByText('Book another visit').waitFor();
    await page.getByText('The bus did not come.').waitFor();
    await expectAccessible(page, 'visits that are over');
    await takeTall('over-visits');
  });

  test('tells the client only that it is over', async () => {
    await arrive('maria', 'Visits');
    await page.getByText(/earlier or cancelled visit/).click();
    await page.getByText('Took place').waitFor();
    await expect.poll(() => page.getByText('papers for the new flat').count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: 'How did it go?' }).count()).toBe(0);
  });
});

describe('the calendar', () => {
  test('shows days as a list, with what there is to do', async () => {
    await arrive('dana', 'Calendar');
    await page.getByText(/Maria Sample.* needs another time/).first().waitFor();
    await page.getByRole('heading', { level: 3 }).nth(6).waitFor();
    await expectAccessible(page, 'week');
    await page.getByRole('link', { name: 'Week after' }).click();
    await page.getByRole('button', { name: /^Change/ }).first().waitFor();
    await takePictures(page, 'week');
    await takeTall('week');
    await expectFitsNarrow(page, 'week');
    await page.getByRole('button', { name: /^Change/ }).first().click();
    await page.getByRole('button', { name: 'Cancel visit' }).waitFor();
    await expectAccessible(page, 'changing in the calendar');
    await page.getByRole('link', { name: 'Day', exact: true }).click();
    await page.waitForURL(/calendar\/day\/\d{4}-\d\d-\d\d$/);
    await expect.poll(() => page.getByRole('heading', { level: 3 }).count()).toBe(1);
    await expectAccessible(page, 'day');
    await takePictures(page, 'day');
    await page.getByLabel('Go to').fill('2027-06-01');
    await page.getByRole('heading', { name: 'Tuesday, June 1, 2027', level: 3 }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('heading', { name: /Today/, level: 3 }).waitFor();
  });

  test('whom no mail can tell in time is to be told in another way', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'outside_safe_hours';
    await arrive('dana', 'Calendar');
    await page.getByText(/No mail can tell .*Ana Sample.* in time/).first().waitFor();
    await page.getByText('outside their safe hours', { exact: false }).waitFor();
    await expectAccessible(page, 'outside safe hours');
  });

  test('whom no mail reaches is to be called', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'no_address';
    await arrive('dana', 'Calendar');
    await page.getByText(/Call .*Ana Sample.*: no e-mail could tell them/).first().waitFor();
    await page.getByText('They do not know yet', { exact: false }).waitFor();
    await expectAccessible(page, 'nobody told');
  });

  test('whoever has not confirmed their address is to be asked', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'unconfirmed';
    await arrive('dana', 'Calendar');
    await page.getByText(/Ana Sample.* has not confirmed their e-mail address/).first().waitFor();
    await expectAccessible(page, 'address unconfirmed');
  });

  test('a task is ticked off and the focus goes on', async () => {
    await arrive('dana', 'Calendar');
    await page.getByRole('heading', { name: /To do \(.*2.*\)/ }).waitFor();
    await page.getByRole('button', { name: /^Done.*needs another time/ }).click();
    await page.getByRole('heading', { name: /To do \(.*1.*\)/ }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('todo');
  });

  test('speaks Spanish', async () => {
    await arrive('dana', 'Calendario', 'es');
    await page.getByText(/Maria Sample.* necesita otra hora/).first().waitFor();
    await expectAccessible(page, 'week in Spanish');
    await takePictures(page, 'week-es');
  });
});

describe('mails and consent', () => {
  test('a client chooses what mails may say', async () => {
    await arrive('maria', 'Settings');
    await page.getByRole('radio', { name: 'Only that there is news' }).check();
    await page.getByLabel('Time zone').fill('Mars/Nowhere');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('We do not know this time zone').waitFor();
    await expectAccessible(page, 'mail settings');
    await takePictures(page, 'mail-settings');
    await expectFitsNarrow(page, 'mail settings');
    await page.getByLabel('Time zone').fill('America/Denver');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  test('a client chooses when mails may come', async () => {
    await arrive('maria', 'Settings');
    const group = page.getByRole('group', { name: 'When may mails come?' });
    await expect.poll(() => group.getByRole('radio', { name: /Any time/ }).isChecked()).toBe(true);
    await group.getByRole('radio', { name: /Only between/ }).check();
    await group.getByLabel('From').fill('09:30');
    await group.getByLabel('until', { exact: true }).fill('10:30');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Choose at least two hours').waitFor();
    await expectAccessible(page, 'safe hours');
    await takePictures(page, 'safe-hours');
    await expectFitsNarrow(page, 'safe hours');
    await group.getByLabel('until', { exact: true }).fill('13:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect.poll(() => group.getByRole('radio', { name: /Only between/ }).isChecked()).toBe(true);
    await expect.poll(() => group.getByLabel('until', { exact: true }).inputValue()).toBe('13:00');
  });

  test('another address is to be confirmed first, and can be asked again', async () => {
    await arrive('maria', 'Settings');
    await expect.poll(() => page.getByText('Not confirmed yet').count()).toBe(0);
    await page.getByLabel('E-mail address').fill('maria.elsewhere@example.org');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not confirmed yet').waitFor();
    await expectAccessible(page, 'unconfirmed address');
    await takePictures(page, 'unconfirmed-address');
    await expectFitsNarrow(page, 'unconfirmed address');
    for (let n = 0; n < 3; n += 1) await page.getByRole('button', { name: 'Send the mail again' }).click();
    await page.getByText('cannot be sent again right now', { exact: false }).waitFor();
  });

  test('an address from which mails come back can be tried again', async () => {
    stage.agency.refusing.add(people.maria.person);
    await arrive('maria', 'Settings');
    await page.getByText('Mails to this address come back', { exact: false }).waitFor();
    await expectAccessible(page, 'refused address');
    await page.getByRole('button', { name: 'Send the mail again' }).click();
    await page.getByText('Not confirmed yet').waitFor();
  });

  test('staff see a client\'s', async () => {
    await openClient();
    await page.getByText('What mails this client gets').click();
    await expect.poll(() => page.getByLabel('E-mail address').inputValue()).toBe('maria.sample@example.org');
    await expectAccessible(page, 'client mails');
  });

  test('a consent covers visits only if somebody says so, and a client takes it back', async () => {
    await openClient();
    await page.getByRole('button', { name: 'Record another consent' }).click();
    await page.getByLabel('What was agreed?').fill('Maria agreed by phone.');
    await expect.poll(() => page.getByLabel('May be told visit times').isChecked()).toBe(false);
    await page.getByLabel('May be told visit times').check();
    await page.getByRole('button', { name: 'Save consent' }).click();
    await page.getByText('You can now invite').waitFor();
    expect(sent(/consents$/)).toMatchObject({ appointments: true });
    await page.getByRole('button', { name: 'Withdraw this consent' }).first().click();
    await expectAccessible(page, 'withdrawing');
    await takePictures(page, 'withdrawing');
    await page.getByRole('button', { name: 'Yes, withdraw' }).click();
    await page.getByText('Withdrawn. ').waitFor();
  });

  test('also on the client\'s own page', async () => {
    await arrive('maria', 'People');
    await page.getByRole('button', { name: 'I take this back' }).click();
    await expectAccessible(page, 'taking back');
    await takePictures(page, 'taking-back');
    await page.getByRole('button', { name: 'Yes, take it back' }).click();
    await page.getByText(/Ana Sample.* is being taken out\. Nothing is sent until that is done/).waitFor();
    await page.getByText('You have not allowed any messages').first().waitFor();
  });
});
