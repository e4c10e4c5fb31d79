// Booking in a real browser, over the double of the agency: one visit and a series of them, for whoever comes, wherever
// and whenever; and what a worker says can be booked at all. axe finds nothing on any of these pages.
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible, expectFitsNarrow, takePictures, takeTall } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { arrive, looksGood, openAnother, openClient, openScreens, page, posted, sent, stage } from './screen.ts';

openScreens();

/** The form of a visit, on the client's page. */
async function openBooking(): Promise<void> {
  await openClient();
  await page.getByRole('button', { name: 'Book a visit' }).click();
}

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
    await looksGood('booking');

    // A taken time offers three others; one tap fills one in.
    await page.getByLabel('Time', { exact: true }).fill('10:00');
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText('That time is taken.').waitFor();
    await expectAccessible(page, 'slot taken');
    await takeTall(page, 'slot-taken');
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

  test('whose consent ends while the form is open is not asked for', async () => {
    await openBooking();
    const ana = page.getByRole('checkbox', { name: 'Ana Sample' });
    await ana.check();
    await page.getByRole('button', { name: 'Withdraw this consent' }).first().click();
    await page.getByRole('button', { name: 'Yes, withdraw' }).click();
    await expect.poll(() => ana.isDisabled()).toBe(true);
    expect(await ana.isChecked()).toBe(false);
  });

  test('a colleague comes along, sees it in their own calendar and changes nothing', async () => {
    await openBooking();
    await page.getByRole('button', { name: '9:15 AM' }).waitFor();
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await page.getByLabel('Day', { exact: true }).fill('2027-12-07');
    await page.getByRole('group', { name: 'Who else from the team?' }).getByRole('checkbox', { name: 'Sam Specimen' }).check();
    const free = page.getByRole('group', { name: /^When all of you are free on/ });
    await free.getByRole('button', { name: '1:30 PM' }).waitFor();
    await expect.poll(() => free.getByRole('button', { name: '9:15 AM' }).count()).toBe(0);
    await looksGood('booking-team');
    await free.getByRole('button', { name: '1:30 PM' }).click();
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText(/^Booked: /).waitFor();
    expect(sent(/appointments$/)).toMatchObject({ staff: ['01990000-0000-7000-8000-000000000003'] });
    const visit = page.getByRole('article').filter({ hasText: 'Sam Specimen' });
    await visit.getByRole('button', { name: 'Move' }).click();
    await visit.getByRole('group', { name: /^When all of you are free on/ }).waitFor();
    await visit.getByRole('button', { name: 'Cancel', exact: true }).click();

    const other = await openAnother();
    await signIn(other.page, stage, 'sam');
    await other.page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await other.page.getByRole('link', { name: 'Day', exact: true }).click();
    await other.page.getByLabel('Go to').fill('2027-12-07');
    const theirs = other.page.getByRole('article').filter({ hasText: 'Maria Sample' });
    await theirs.getByText('You come along.', { exact: false }).waitFor();
    await expect.poll(() => theirs.getByRole('button').count()).toBe(0);
    await expect.poll(() => theirs.getByRole('link').count()).toBe(0);
    await looksGood('coming-along', other.page);
  });

  test('where to go is said, and said anew', async () => {
    await openBooking();
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
    await looksGood('changing-place');
    await visit.getByRole('button', { name: 'Save the place' }).click();
    await page.getByText('The place is saved.').waitFor();
    await visit.getByText('9 Oak Square').waitFor();
    expect(sent(/place$/)).toEqual({ sequence: 0, place: '9 Oak Square' });

    const other = await openAnother();
    await signIn(other.page, stage, 'maria');
    await other.page.getByRole('link', { name: 'Visits', exact: true }).click();
    await other.page.getByRole('article').filter({ hasText: 'At home' }).getByText('14 Elm Street, the side door').waitFor();
  });

  test('a time that is tapped is kept while the rest is filled in, and let go with the form', async () => {
    await openBooking();
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
    await openBooking();
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
    await visit.getByText('Mountain Time').waitFor();
    await visit.getByRole('button', { name: 'Move' }).click();
    await expect.poll(() => visit.getByLabel('Time zone').inputValue()).toBe('America/Denver');
    await visit.getByRole('button', { name: '1:30 PM' }).click();
    await expectAccessible(page, 'moving');
    await takePictures(page, 'moving');
    await visit.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ sequence: 0, zone: 'America/Denver' });
    await visit.getByRole('button', { name: 'Cancel visit' }).click();
    await visit.getByRole('radio', { name: 'The agency cannot come' }).check();
    await expectAccessible(page, 'cancelling');
    await takePictures(page, 'cancelling');
    await visit.getByRole('button', { name: 'Yes, cancel the visit' }).click();
    await page.getByText('Cancelled. The emails').waitFor();
    expect(sent(/cancel$/)).toEqual({ sequence: 1, reason: 'agency' });
  });
});

describe('a series', () => {
  test('is booked without what is taken, and called off from one visit on', async () => {
    await openBooking();
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
    await looksGood('booking-series');
    await page.getByRole('button', { name: 'Book these visits' }).click();
    await page.getByRole('heading', { name: 'One visit cannot be at its time' }).waitFor();
    await page.getByText(/January 11, 2028.*3:30/).first().waitFor();
    await page.getByText('That time is taken.').waitFor();
    await expectAccessible(page, 'series with a conflict');
    await takeTall(page, 'series-conflict');
    await page.getByRole('button', { name: 'No, go back' }).click();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Book these visits');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Book the others' }).click();
    await page.getByText(/3.* visits are booked, .*1.* left out/).waitFor();
    expect(posted(/series$/)).toMatchObject({
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
    await page.getByText('Cancelled. The emails').waitFor();
    expect(sent(/cancel$/)).toEqual({ sequence: 0, reason: 'client', scope: 'this_and_later' });
    await expect.poll(() => visits.count()).toBe(1);
  });

  test('moves as a whole', async () => {
    await openBooking();
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
    await looksGood('moving-series');
    await refuseTheMove();
    await visits.first().getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ civil_start: '2027-12-14T13:30', scope: 'all', skip_conflicts: false });
    await expect.poll(() => visits.filter({ hasText: '1:30' }).count()).toBe(2);
  });
});

/** One of them cannot be moved: whoever goes back is at the button again. */
async function refuseTheMove(): Promise<void> {
  const at = { civil: '2027-12-21T13:30', offset: '-06:00', zone: 'America/Chicago' };
  const json = { code: 'series_conflicts', detail: '', conflicts: [{ at, code: 'slot_taken', slots: [] }] };
  await page.route('**/move', (route) => route.fulfill({ status: 409, json }), { times: 1 });
  await page.getByRole('button', { name: 'Move it here' }).click();
  await page.getByRole('heading', { name: 'One visit cannot be at its time' }).waitFor();
  await page.getByRole('button', { name: 'No, go back' }).click();
  await expect.poll(() => focused(page)).toBe('Move it here');
}

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
    const date = page.locator('input[type=date]').last();
    await date.fill('2026-12-24');
    await page.getByRole('button', { name: 'Save the hours' }).click();
    const told = (field: Locator): Promise<string> => field.evaluate((one) => (one as HTMLInputElement).validationMessage);
    expect(await told(date)).toBe('This date is on the list already.');
    await date.fill('2026-12-31');
    const until = tuesday.getByLabel(/until/).first();
    await until.fill('17:30');
    expect(await told(until)).toBe('These hours must end after they begin.');
    await page.getByRole('button', { name: 'Save the hours' }).click();
    await expect.poll(() => until.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(stage.agency.hours.dated.map(({ date }) => date)).toEqual(['2026-12-24']);
    await until.fill('19:00');
    expect(await told(until)).toBe('');
    await looksGood('hours');
    await takeTall(page, 'hours');
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
    await openBooking();
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
    await looksGood('visit-type');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Saved: .*Court date/).waitFor();
    expect(sent(/visit-types$/)).toMatchObject({ terms: { name: 'Court date', kind: 'court', per_day_max: 2 } });
    await expectAccessible(page, 'kinds of visits');
    await takePictures(page, 'visit-types');
    const home = page.getByRole('article', { name: 'Home visit' });
    await home.getByRole('button', { name: /^Offer no longer.*Home visit/ }).click();
    await home.getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText('It is offered no longer.').waitFor();
    expect(stage.agency.visitTypes.map(({ terms }) => terms.name)).toEqual(['Court date']);
  });
});
