// The pages of visits in a real browser, over the double of the device core and of the agency: what a
// client in a hurry and a case manager with a full day see and can do, and that axe finds nothing.
import { describe, expect, test } from 'vitest';
import { people } from '../../web-client/doubles/story.ts';
import { PHONE, expectAccessible, expectFitsNarrow, takePictures, takeTall } from './browser.ts';
import { signIn } from './double.ts';
import { focused } from './keyboard.ts';
import { arrive, looksGood, openClient, openScreens, page, sent, stage } from './screen.ts';

openScreens();

describe('a client\'s own visits', () => {
  test('the next one is large, and one tap says "I will be there"', async () => {
    await arrive('maria', 'Visits');
    const next = page.getByRole('article').first();
    await next.getByText(/With .*Dana Placeholder and Ana Sample/).waitFor();
    await expect.poll(() => next.getByRole('link', { name: 'Join the video visit' }).getAttribute('href')).toBe('https://meet.example/room-7');
    // A visit that is agreed by another clock: both are called as people call them.
    await page.getByText(/In .*Central Time/).first().waitFor();
    await page.getByText(/ in .*Mountain Time/).first().waitFor();
    await expect.poll(() => page.getByText('UTC').count()).toBe(0);
    await looksGood('visits');
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
    await looksGood('visit-cancelled');
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

  test('whom the agency has erased is said to be', async () => {
    for (const visit of stage.agency.appointments) {
      visit.participants = visit.participants.map((one) => (one.person === people.ana.person ? { ...one, name: '[erased]' } : one));
    }
    await arrive('maria', 'Visits');
    await page.getByRole('article').first().getByText(/With .*Dana Placeholder and \(erased\)/).waitFor();
    await expect.poll(() => page.getByText('[erased]').count()).toBe(0);
  });

  test('a page without an answer says so and tries again', async () => {
    await signIn(page, stage, 'maria');
    await page.route('**/v1/appointments?*', (route) => route.abort());
    await page.getByRole('link', { name: 'Visits', exact: true }).click();
    await page.getByText('We could not load this page').waitFor();
    await page.unroute('**/v1/appointments?*');
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByRole('article').first().waitFor();
    // The button is gone, and the focus is not.
    await expect.poll(() => focused(page)).toBe('Your visits');
  });

  test('each part that did not come is asked for again by a button named after it', async () => {
    const asked = /\/v1\/people\/[^/]+\/(preferences|phone)$/;
    await signIn(page, stage, 'maria');
    await page.route(asked, (route) => route.abort());
    await page.getByRole('link', { name: 'Settings' }).click();
    const again = (part: string) => page.getByRole('button', { name: `Try again ${part}`, exact: true });
    await again('Email to you').waitFor();
    await again('Calls to you').waitFor();
    await expectAccessible(page, 'two parts that did not come');
    await page.unroute(asked);
    for (const part of ['Calls to you', 'Email to you']) {
      await again(part).press('Enter');
      await expect.poll(() => focused(page)).toBe(part);
    }
  });

  test('a page whose own part did not come is one press away from being asked for again', async () => {
    const part = '**/assets/VisitsPage-*';
    await signIn(page, stage, 'maria');
    await page.route(part, (route) => route.abort());
    await page.getByRole('link', { name: 'Visits', exact: true }).click();
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    await expect.poll(() => focused(page)).toBe('Not open yet');
    await looksGood('not-opened');
    await page.unroute(part);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('article').first().waitFor();
    expect(new URL(page.url()).hash).toBe('#/visits');
  });
});

describe('a visit that is over', () => {
  test('waits until somebody says how it went', async () => {
    await openClient();
    const visit = page.getByRole('article').first();
    await visit.getByRole('button', { name: 'How did it go?' }).waitFor();
    // Whether they will come is no news any more; of those to come it is.
    await page.getByRole('article').getByText('no answer yet').first().waitFor();
    expect(await visit.getByText('no answer yet').count()).toBe(0);
    await visit.getByRole('button', { name: 'How did it go?' }).click();
    await visit.getByRole('radio', { name: 'Did not come' }).check();
    await visit.getByLabel('What comes next').selectOption({ label: 'Something else, as noted' });
    await visit.getByRole('button', { name: 'Save' }).click();
    expect(await visit.getByLabel('What to remember').evaluate((field) => field.matches(':invalid'))).toBe(true);
    await visit.getByLabel('What to remember').fill('The bus did not come.');
    await looksGood('how-it-went');
    await visit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved how it went.').waitFor();
    expect(sent(/close$/)).toEqual({
      sequence: 0, outcome: 'no_show', next_step: 'other', note: 'The bus did not come.',
    });
    await page.getByText(/earlier or cancelled visits/).click();
    await page.getByText('Book another visit').waitFor();
    await page.getByText('The bus did not come.').waitFor();
    await expectAccessible(page, 'visits that are over');
    await takeTall(page, 'over-visits');
  });

  test('says that whoever wrote it down was erased', async () => {
    for (const visit of stage.agency.appointments) {
      if (visit.closed) visit.closed = { ...visit.closed, by: '[erased]' };
    }
    await openClient();
    await page.getByText(/earlier or cancelled visit/).click();
    await page.getByText(/Written down by .*\(erased\)/).first().waitFor();
    await expect.poll(() => page.getByText('[erased]').count()).toBe(0);
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
    await takeTall(page, 'week');
    await expectFitsNarrow(page, 'week');
    await page.getByRole('button', { name: /^Change/ }).first().click();
    await page.getByRole('button', { name: 'Cancel visit' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Move');
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

  test('goes to a typed date once it is whole', async () => {
    await arrive('dana', 'Calendar');
    const field = page.getByLabel('Go to');
    const visited = (): Promise<number> => page.evaluate(() => history.length);
    const [before, place] = [await visited(), page.url()];
    await field.focus();
    await page.keyboard.type('02022031');
    await expect.poll(() => field.inputValue()).toBe('2031-02-02');
    expect(page.url()).toBe(place);
    await page.keyboard.press('Enter');
    await page.waitForURL(/calendar\/week\/2031-02-02$/);
    expect(await visited()).toBe(before + 1);
    await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
  });

  test('on a phone the day comes first, and one line above it leads to what there is to do', async () => {
    await page.setViewportSize(PHONE);
    await arrive('dana', 'Calendar');
    const today = page.getByRole('heading', { name: /Today/, level: 3 });
    await today.waitFor();
    await expect.poll(() => page.getByRole('heading', { level: 3 }).count()).toBe(1);
    const list = page.getByRole('heading', { name: /To do \(.*2.*\)/ });
    const go = page.getByRole('button', { name: /2.* things to do/ });
    await go.waitFor();
    await list.waitFor();
    const tops = await Promise.all([go, today, list].map(async (one) => (await one.boundingBox())?.y ?? NaN));
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    expect(tops[1]).toBeLessThan(PHONE.height);
    await expectAccessible(page, 'calendar on a phone');
    await expectFitsNarrow(page, 'calendar on a phone');
    await takeTall(page, 'calendar-phone');
    await go.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('todo');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('li') !== null)).toBe(true);
    await page.getByRole('link', { name: 'Week', exact: true }).click();
    await page.getByRole('heading', { level: 3 }).nth(6).waitFor();
  });

  test('what there is to do is asked for again where no answer came', async () => {
    const asked = '**/v1/tasks';
    await page.route(asked, (route) => route.abort());
    await arrive('dana', 'Calendar');
    const list = page.locator('section').filter({ has: page.locator('#todo') });
    await list.getByRole('alert').getByText('We could not load this page').waitFor();
    await expectAccessible(page, 'no list of what there is to do');
    await page.unroute(asked);
    await list.getByRole('button', { name: 'Try again' }).click();
    await list.getByRole('listitem').first().waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('todo');
  });

  test('whom no mail can tell in time is to be told in another way', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'outside_safe_hours';
    await arrive('dana', 'Calendar');
    await page.getByText(/No email can tell .*Ana Sample.* in time/).first().waitFor();
    await page.getByText('outside their safe hours', { exact: false }).waitFor();
    await expectAccessible(page, 'outside safe hours');
  });

  test('whom no mail reaches is to be called', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'no_address';
    await arrive('dana', 'Calendar');
    await page.getByText(/Call .*Ana Sample.*: no email could tell them/).first().waitFor();
    await page.getByText('They do not know yet', { exact: false }).waitFor();
    await expectAccessible(page, 'nobody told');
  });

  test('whoever has not confirmed their address is to be asked', async () => {
    const task = stage.agency.tasks.find(({ kind }) => kind === 'cannot_reach_by_email');
    if (task !== undefined) task.why = 'unconfirmed';
    await arrive('dana', 'Calendar');
    await page.getByText(/Ana Sample.* has not confirmed their email address/).first().waitFor();
    await expectAccessible(page, 'address unconfirmed');
  });

  test('whoever asked for another time is one tap away from it', async () => {
    await arrive('dana', 'Calendar');
    await page.getByRole('link', { name: /^Find another time/ }).click();
    await page.getByRole('heading', { name: 'Maria Sample', level: 1 }).waitFor();
    await expect.poll(() => focused(page)).toBe('Move this visit');
    const visit = page.getByRole('article').filter({ hasText: 'Elm Street' });
    await expectAccessible(page, 'moving from a task');
    await visit.getByLabel('Day', { exact: true }).fill('2027-12-07');
    await visit.getByLabel('Time', { exact: true }).fill('13:30');
    await visit.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    expect(sent(/move$/)).toMatchObject({ civil_start: '2027-12-07T13:30' });
    // Asked for once: it does not open again.
    await expect.poll(() => page.getByRole('heading', { name: 'Move this visit' }).count()).toBe(0);
  });

  test('a visit that a colleague left is one tap away, and so is saying how one went', async () => {
    const { tasks, appointments } = stage.agency;
    const [first] = tasks;
    const left = appointments.find(({ kind, state, client_name }) => kind === 'phone' && state === 'booked' && client_name === 'Maria Sample');
    const over = appointments.find(({ kind, client_name }) => kind === 'community' && client_name === 'Maria Sample');
    if (first === undefined || left === undefined || over === undefined) throw new Error('the story has changed');
    tasks.push(
      { ...first, id: `${first.id}-left`, kind: 'client_assigned', person_name: 'Sam Specimen', appointment: left.id },
      { ...first, id: `${first.id}-over`, kind: 'outcome_due', appointment: over.id },
    );
    await arrive('dana', 'Calendar');
    await page.getByText('will not go on with this client', { exact: false }).waitFor();
    await looksGood('tasks');
    await page.getByRole('link', { name: /^See the visit.*Sam Specimen/ }).click();
    await page.getByRole('article').filter({ hasText: 'Phone call' }).first().waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('article')?.textContent ?? '')).toContain('Phone call');
    await page.goBack();
    await page.getByRole('link', { name: /^Say how it went/ }).click();
    await expect.poll(() => focused(page)).toBe('How did this visit go?');
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
