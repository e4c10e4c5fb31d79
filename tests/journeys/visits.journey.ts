// The first booked visit, from the consent to the cancelled invitation: real browsers in separate
// profiles, the real server over TLS, the mails as they left, and the scheduler's clock moved.
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  DESKTOP, PHONE, expectAccessible, expectNoSidewaysScroll, openProfile, takePictures, type Kind, type Profile,
} from './browser.ts';
import { ANA, DANA, MARIA, endJourney, expectNoTrouble, openClient } from './family.ts';
import { Person } from './person.ts';
import { Server, trustedKey } from './server.ts';
import {
  dayWords, inCalendar, lastMail, letNoMailLeave, linkIn, mailTo, mailsOf, tuesday, type Mail,
} from './visits.ts';

const TO_MARIA = 'maria@example.com';
const TO_DANA = 'dana@example.com';
const TO_ANA = 'ana@example.com';
const MEETING = 'https://meet.example/room-of-the-journey';
/** Half past ten on the day before: the reminders of ten are due. */
const DAY_BEFORE_MINUTES = 24 * 60 - 30;

/** What would tell whose mail it is, and from whom. */
const TELLING = [
  /maria/i, /dana/i, /\bana\b/i, /\bsample/i, /placeholder/i, /riverbend/i, /agency/i, /meet\.example/i,
];

/** Booked on the next Tuesday at ten in the morning; moved to the Thursday after it. */
const DAY = tuesday();
const LATER = tuesday(2);

/** One page in every light and size. */
async function expectGood(page: Page, name: string, kind: Kind = {}): Promise<void> {
  await expectAccessible(page, name, kind);
  await takePictures(page, `real-${name}`);
  await expectNoSidewaysScroll(page, name);
}

async function go(person: Person, place: string): Promise<void> {
  await person.page.getByRole('link', { name: place, exact: true }).click();
  await person.page.getByRole('heading', { level: 1 }).waitFor();
}

/** Fills in the form of a visit and books it; when it begins, milliseconds since 1970. */
async function book(page: Page, day: string, time: string, more = async (): Promise<void> => {}): Promise<number> {
  await page.getByRole('button', { name: 'Book a visit' }).click();
  await page.getByLabel('Day', { exact: true }).fill(day);
  await page.getByLabel('Time', { exact: true }).fill(time);
  await more();
  const answered = page.waitForResponse((response) => /\/v1\/appointments$/.test(response.url()));
  await page.getByRole('button', { name: 'Book this visit' }).click();
  const answer = await answered;
  if (!answer.ok()) return Number.NaN;
  await page.getByText(/^Booked: /).waitFor();
  return ((await answer.json()) as { start: number }).start / 1_000;
}

/** Nothing in any mail tells whose it is, from whom, or where: but the address that it is sent to. */
function expectNeutral(mails: Mail[], server: Server): void {
  for (const { everything, subject, to } of mails) {
    const said = everything.replaceAll(to, '').replace(/\/l\/[\w-]{22}/g, '');
    for (const name of TELLING) expect(said, `${subject} to ${to}`).not.toMatch(name);
    const hosts = new Set([...said.matchAll(/https?:\/\/([^/\s"'<>]+)/g)].map(([, host]) => host));
    hosts.delete('www.w3.org');
    expect([...hosts], subject).toEqual([new URL(server.url).host]);
  }
}

describe('a visit', () => {
  let server: Server;
  let dana: Person;
  let maria: Person;
  let ana: Person;
  /** A browser that has never been here: whoever opens a mail on another device. */
  let stranger: Profile;
  let startMs = 0;
  let invitation: Mail;
  const visit = (page: Page): Locator =>
    page.getByRole('article').filter({ hasText: 'Video visit' }).filter({ hasText: dayWords(DAY) }).first();

  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.enrolled(DANA, server, { viewport: DESKTOP });
    maria = await Person.enrolled(MARIA, server, { viewport: PHONE, touch: true });
    ana = await Person.enrolled(ANA, server, { viewport: PHONE, touch: true });
    stranger = await openProfile({ viewport: PHONE, touch: true, trustedKey: trustedKey() });
  });
  afterEach(async () => {
    await expectNoTrouble([dana, maria, ana]);
    expect(stranger.violations).toEqual([]);
  });
  afterAll(async () => {
    await endJourney(server, dana, maria, ana);
    await stranger.end();
  });

  test('is booked with the daughter under a consent that covers visits', async () => {
    const { page } = dana;
    await openClient(dana);
    await page.getByRole('button', { name: 'Book a visit' }).click();
    await expect.poll(() => page.getByRole('checkbox', { name: ANA }).isDisabled()).toBe(true);
    await page.getByText('The client has not allowed this yet.').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Record a consent' }).click();
    await page.getByLabel('May be told visit times').check();
    await page.getByLabel('May be reminded of visits').check();
    await page.getByLabel('What was agreed?').fill('Maria said yes at the office.');
    await expectGood(page, 'visit-consent');
    await page.getByRole('button', { name: 'Save consent' }).click();
    await page.getByText('In force').waitFor();

    startMs = await book(page, DAY, '10:00', async () => {
      await page.getByRole('button', { name: '10:15 AM' }).waitFor();
      await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('America/Chicago');
      await page.getByRole('checkbox', { name: ANA }).check();
      await page.getByLabel('Meeting link').fill(MEETING);
      await expectGood(page, 'visit-form');
    });
    await visit(page).getByText('Ana Sample: no answer yet').waitFor();
    await expectGood(page, 'visit-booked');
  });

  test('stands alone at its time: another one there gets the next three free times', async () => {
    const { page } = dana;
    expect(await book(page, DAY, '10:00')).toBeNaN();
    await page.getByText('That time is taken.').waitFor();
    const offers = page.getByRole('alert').getByRole('button');
    await expect.poll(() => offers.count()).toBe(3);
    await expectGood(page, 'visit-taken');
    await offers.first().click();
    await expect.poll(() => page.getByLabel('Time', { exact: true }).inputValue()).toBe('10:30');
    await page.getByLabel('How do you meet?').selectOption({ label: 'Phone call' });
    await page.getByRole('button', { name: 'Book this visit' }).click();
    await page.getByText(/^Booked: .*10:30/).waitFor();
  });

  test('goes out as invitations that name nobody', async () => {
    invitation = await lastMail(server, TO_MARIA, (mail) => mail.plain.includes('10:00'));
    await mailTo(server, TO_MARIA, 2);
    await mailTo(server, TO_ANA, 1);
    await mailTo(server, TO_DANA, 2);
    expect(invitation.kinds).toEqual(['text/plain', 'text/html', 'text/calendar', 'application/ics']);
    expect(invitation.subject).toBe(`Appointment on ${dayWords(DAY)} at 10:00 AM`);
    expect(inCalendar(invitation, 'METHOD')).toBe('REQUEST');
    expect(inCalendar(invitation, 'SEQUENCE')).toBe('0');
    expect(inCalendar(invitation, 'DTSTART')).toBe(`${new Date(startMs).toISOString().replace(/[-:]|\.\d+/g, '')}`);
    expectNeutral(mailsOf(server), server);
    const { page } = stranger;
    await page.goto(`${server.url}demo/mails`);
    await expect.poll(() => page.getByRole('article').count()).toBe(5);
    await page.getByText('Calendar file').first().click();
    await page.getByText('METHOD:REQUEST').first().waitFor();
    await expectGood(page, 'demo-mails', { app: false });
    const mailer = await stranger.context.newPage();
    await mailer.setContent(invitation.html);
    await mailer.getByRole('heading', { name: 'Your appointment' }).waitFor();
    await expectGood(mailer, 'mail', { app: false, landmarks: false });
    await mailer.close();
  });

  test('is confirmed by the link of the mail, and by nothing less than its button', async () => {
    const { page } = stranger;
    await page.goto(linkIn(invitation));
    await page.getByRole('heading', { name: 'Your appointment' }).waitFor();
    await page.getByText(/10:00\sAM/).waitFor();
    await expectGood(page, 'link', { app: false });
    expectNeutral([{ ...invitation, everything: `${await page.content()} ${server.url}` }], server);
    await dana.page.reload();
    await visit(dana.page).getByText('Maria Sample: no answer yet').waitFor();

    await page.getByRole('button', { name: 'I will be there' }).click();
    await page.getByText('You said that you will be there.').waitFor();
    expect(page.url()).toBe(linkIn(invitation));
    await expectGood(page, 'link-confirmed', { app: false });
    await dana.page.reload();
    await visit(dana.page).getByText('Maria Sample: will be there').waitFor();
  });

  test('speaks Spanish to whoever chose it, from the next page on', async () => {
    const { page } = maria;
    await go(maria, 'Settings');
    await page.getByLabel('Language of the emails').selectOption({ label: 'Español' });
    await expectGood(page, 'settings');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await stranger.page.reload();
    await stranger.page.getByRole('heading', { name: 'Su cita' }).waitFor();
    await expect.poll(() => stranger.page.locator('html').getAttribute('lang')).toBe('es');
    await expectGood(stranger.page, 'link-es', { app: false });
  });

  test('is cancelled by the client and taken back, and nobody is told', async () => {
    const { page } = maria;
    await go(maria, 'Visits');
    const next = visit(page);
    await next.getByText('You said: I will be there.').waitFor();
    await expectGood(page, 'visits-maria');
    await next.getByRole('button', { name: 'Cancel this visit' }).click();
    await expectGood(page, 'visit-cancel');
    await next.getByRole('button', { name: 'Yes, cancel it' }).click();
    await page.getByRole('heading', { name: 'You cancelled this visit' }).waitFor();
    await expectGood(page, 'visit-cancelled');
    await page.getByRole('button', { name: 'Keep this visit' }).click();
    await page.getByText('Your visit is on again').waitFor();
    await expectGood(page, 'visit-kept');
    await next.getByRole('button', { name: 'I will be there' }).click();
    await next.getByText('You said: I will be there.').waitFor();
  });

  test('is remembered a day before to whoever has not answered, and to nobody who has', async () => {
    await go(ana, 'Visits');
    await ana.page.getByText(/With .*Dana Placeholder/).waitFor();
    await expectGood(ana.page, 'visits-ana');
    server.moveClock(Math.round((startMs - Date.now()) / 60_000) - DAY_BEFORE_MINUTES);
    const reminder = await mailTo(server, TO_ANA, 2);
    expect(reminder.subject).toBe(`Reminder: appointment on ${dayWords(DAY)} at 10:00 AM`);
    expect(reminder.kinds).toEqual(['text/plain', 'text/html']);
    // Of the phone call that she has not answered, and of nothing else since its invitation.
    const call = await mailTo(server, TO_MARIA, 3);
    expect(call.subject).toBe(`Recordatorio: cita el ${dayWords(DAY, 'es')}, 10:30 a.m.`);
    expect(call.plain).toContain('10:30');
    expectNeutral([reminder, call], server);
    await stranger.page.goto(linkIn(reminder));
    await stranger.page.getByRole('button', { name: 'I cannot come' }).waitFor();
  });

  test('is nothing to the daughter from the moment that her consent ends', async () => {
    const { page } = dana;
    await page.getByRole('button', { name: 'Withdraw this consent' }).click();
    await page.getByText('Withdraw it now?').waitFor();
    await expectGood(page, 'visit-withdraw');
    await page.getByRole('button', { name: 'Yes, withdraw' }).click();
    await page.getByText(/^Withdrawn. .*Ana Sample.* gets nothing more/).waitFor();
    await expectGood(page, 'visit-withdrawn');
    await page.reload();
    await visit(page).getByText('Maria Sample: will be there').waitFor();
    await expect.poll(() => visit(page).getByText(ANA).count()).toBe(0);
    await ana.page.reload();
    await ana.page.getByText('You have no visit planned.').waitFor();
    await expectGood(ana.page, 'visits-none');
    await stranger.page.reload();
    await stranger.page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await expectGood(stranger.page, 'link-gone', { app: false });
  });

  test('is moved when the client asks for another time', async () => {
    await go(maria, 'Visits');
    const next = visit(maria.page);
    await expect.poll(() => next.getByRole('link', { name: 'Join the video visit' }).getAttribute('href')).toBe(MEETING);
    await next.getByRole('button', { name: 'I need another time' }).click();
    await next.getByText('You asked for another time').waitFor();
    await expectGood(maria.page, 'visits-asked');

    const { page } = dana;
    await go(dana, 'Calendar');
    await page.getByText(/Maria Sample.* needs another time/).first().waitFor();
    await page.getByLabel('Go to').fill(DAY);
    const day = page.getByRole('region', { name: dayWords(DAY) });
    const row = day.getByRole('article').filter({ hasText: 'Video visit' });
    await row.getByRole('button', { name: /^Change/ }).waitFor();
    await expectGood(page, 'calendar');
    await row.getByRole('button', { name: /^Change/ }).click();
    await row.getByRole('button', { name: 'Move' }).click();
    await row.getByLabel('Day', { exact: true }).fill(LATER);
    const free = row.getByRole('group', { name: dayWords(LATER) });
    await free.getByRole('button', { name: '2:00 PM', exact: true }).click();
    await expectGood(page, 'calendar-move');
    await row.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await page.getByRole('region', { name: dayWords(LATER) }).getByText('Video visit', { exact: true }).waitFor();
    await page.getByText('Nothing waits for you.').waitFor();
    await expectGood(page, 'calendar-moved');
  });

  test('keeps its place in the client\'s calendar when it is moved', async () => {
    const moved = await lastMail(server, TO_MARIA, (mail) => inCalendar(mail, 'SEQUENCE') === '1');
    expect(moved.subject).toBe(`Nueva hora: cita el ${dayWords(LATER, 'es')}, 2:00 p.m.`);
    expect(inCalendar(moved, 'UID')).toBe(inCalendar(invitation, 'UID'));
    expect(inCalendar(moved, 'METHOD')).toBe('REQUEST');
    expectNeutral([moved], server);
    const { page } = stranger;
    await page.goto(linkIn(invitation));
    await page.getByRole('heading', { name: 'Esta cita ha cambiado' }).waitFor();
    await expectGood(page, 'link-changed', { app: false });
    await page.getByRole('link', { name: 'Ver cómo está ahora' }).click();
    await page.getByRole('heading', { name: 'Su cita', exact: true }).waitFor();
    expect(page.url()).toBe(linkIn(moved));
    await page.getByText(/2:00/).waitFor();
  });

  test('is cancelled by the case manager in two taps, and is gone from every calendar', async () => {
    const { page } = dana;
    await openClient(dana);
    const booked = page.getByRole('article').filter({ hasText: dayWords(LATER) });
    await booked.getByRole('button', { name: 'Cancel visit' }).click();
    await booked.getByRole('radio', { name: 'The agency cannot come' }).check();
    await expectGood(page, 'visit-call-off');
    await booked.getByRole('button', { name: 'Yes, cancel the visit' }).click();
    await page.getByText('Cancelled. The emails').waitFor();
    await expectGood(page, 'visit-called-off');
    const cancelled = await lastMail(server, TO_MARIA, (mail) => inCalendar(mail, 'METHOD') === 'CANCEL');
    expect(cancelled.subject).toBe(`Cancelada: cita el ${dayWords(LATER, 'es')}, 2:00 p.m.`);
    expect(inCalendar(cancelled, 'UID')).toBe(inCalendar(invitation, 'UID'));
    expect(inCalendar(cancelled, 'STATUS')).toBe('CANCELLED');
    expect(inCalendar(cancelled, 'SEQUENCE')).toBe('2');
    await stranger.page.goto(linkIn(cancelled));
    await stranger.page.getByRole('heading', { name: 'Esta cita está cancelada' }).waitFor();
    await expectGood(stranger.page, 'link-cancelled', { app: false });

    // Past every reminder that it would have had. What was due has left before the news of another one.
    server.moveClock(4 * 24 * 60);
    await book(page, tuesday(7), '11:00');
    const later = await lastMail(server, TO_MARIA, (mail) => mail.subject === `Cita el ${dayWords(tuesday(7), 'es')}, 11:00 a.m.`);
    const sent = mailsOf(server);
    const after = sent.slice(sent.findIndex(({ id }) => id === cancelled.id) + 1);
    expect(after.filter(({ to }) => to === TO_MARIA).map(({ id }) => id)).toEqual([later.id]);
    expect(sent.filter(({ to }) => to === TO_ANA).length, 'after the consent').toBe(2);
    expectNeutral(sent, server);
    await stranger.page.goto(`${server.url}demo/mails`);
    await expectGood(stranger.page, 'demo-mails-all', { app: false });
  });
});

describe('a server that dies', () => {
  let server: Server;
  let dana: Person;
  beforeAll(async () => {
    server = await Server.start();
    dana = await Person.enrolled(DANA, server, { viewport: DESKTOP });
  });
  afterAll(() => endJourney(server, dana));

  test('between booking and sending invites everybody once when it is back', async () => {
    const { page } = dana;
    const open = letNoMailLeave(server);
    await openClient(dana);
    await book(page, DAY, '10:00');
    await server.kill();
    open();
    await server.start();
    // Nothing was begun: it may wait out one pause or one lease, and no more.
    server.moveClock(5);
    const invitation = await mailTo(server, TO_MARIA, 1);
    await mailTo(server, TO_DANA, 1);
    expect(inCalendar(invitation, 'METHOD')).toBe('REQUEST');

    // What would come twice has come before the next mail.
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel visit' }).click();
    await page.getByRole('button', { name: 'Yes, cancel the visit' }).click();
    const cancelled = await mailTo(server, TO_MARIA, 2);
    await mailTo(server, TO_DANA, 2);
    expect(inCalendar(cancelled, 'METHOD')).toBe('CANCEL');
    expect(inCalendar(cancelled, 'UID')).toBe(inCalendar(invitation, 'UID'));
    expect(dana.profile.violations).toEqual([]);
  });
});
