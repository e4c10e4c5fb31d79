// The calendar by the clock, in a real browser over the double of the agency: a visit is moved by hand
// and by keys, nobody is told before somebody says yes, and the days go onto paper.
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { localTime } from '../../web-client/doubles/clock.ts';
import { addDays, weekday } from '../../web-client/src/state/days.ts';
import {
  DESKTOP, PHONE, expectAccessible, expectFitsNarrow, expectNoSidewaysScroll, expectWindowHigh, takePictures,
} from './browser.ts';
import { signIn } from './double.ts';
import { focused, tabTo } from './keyboard.ts';
import { openAnew, openScreens, page, sent, stage } from './screen.ts';

const HERE = 'America/Chicago';
/** An hour of the grid is so high. */
const HOUR_REM = 5.5;
/** What the days are asked for with. */
const ASKED = '**/v1/appointments?*';
/** A page of paper without its margins, in CSS pixels. */
const A4 = { width: 680, height: 1_009 };

openScreens();
/** The day on which the double has three visits: at 9:00, 11:30 and 14:30. */
let day: string;
beforeEach(() => {
  day = localTime(Date.now() + 2 * 86_400_000, HERE).civil.slice(0, 10);
});

/** Dana's calendar with the full day in it. */
async function openCalendar(span: 'day' | 'week' = 'week'): Promise<void> {
  await signIn(page, stage, 'dana');
  await page.getByRole('link', { name: 'Calendar', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Calendar' }).waitFor();
  await page.evaluate((hash) => (location.hash = hash), `#/calendar/${span}/${day}`);
  await page.getByRole('heading', { level: 3 }).first().waitFor();
}

async function openGrid(span: 'day' | 'week' = 'week'): Promise<void> {
  await openCalendar(span);
  await page.getByRole('button', { name: 'Grid', exact: true }).click();
  await visit('Noor Placeholder').waitFor();
  // The hours come by themselves, and with them the columns begin lower.
  await page.locator('.head .hint').first().waitFor();
}

function visit(name: string): Locator {
  return page.getByRole('group', { name: 'Visits by the hour' }).getByRole('button', { name: new RegExp(name) });
}

/** An hour of the grid, in pixels. */
async function hour(): Promise<number> {
  return HOUR_REM * (await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize)));
}

type Touch = 'touchStart' | 'touchMove' | 'touchEnd';

/** A finger on the screen; what playwright has for it only taps. */
async function touching(): Promise<{
  on: (name: string) => Promise<{ x: number; y: number }>;
  does: (type: Touch, x?: number, y?: number) => Promise<unknown>;
}> {
  const browser = await page.context().newCDPSession(page);
  return {
    async on(name) {
      await visit(name).scrollIntoViewIfNeeded();
      const box = await visit(name).boundingBox();
      if (box === null) throw new Error(`not on the page: ${name}`);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    },
    does: (type, x, y) =>
      browser.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined || y === undefined ? [] : [{ x, y }] }),
  };
}

/** Presses on a visit and pulls it so many hours down; the button of the mouse stays pressed. */
async function pull(name: string, hours: number): Promise<void> {
  await visit(name).scrollIntoViewIfNeeded();
  const box = await visit(name).boundingBox();
  if (box === null) throw new Error(`not on the page: ${name}`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + hours * (await hour()), { steps: 5 });
}

/** Pictures where only a wide screen has what is in them. */
async function takeWide(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(import.meta.dirname, 'output', `${name}-desktop-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

describe('the grid', () => {
  test('is a view that this browser remembers, beside a list that comes first', async () => {
    await openCalendar();
    await expect.poll(() => page.getByRole('button', { name: 'List', exact: true }).getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => page.getByRole('button', { name: /^Change/ }).count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Grid', exact: true }).click();
    await visit('Maria Sample').first().waitFor();
    await page.getByText(/9:00.*–.*5:00/).first().waitFor();
    await expectAccessible(page, 'grid');
    await expectWindowHigh(page, 'grid');
    await takePictures(page, 'grid');
    await page.getByRole('link', { name: 'Day', exact: true }).click();
    await page.waitForURL(/calendar\/day/);
    await visit('Noor Placeholder').waitFor();
    await expectAccessible(page, 'grid of a day');
    await takeWide('grid-day');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goBack();
    await visit('Noor Placeholder').waitFor();
    // A phone has no room for it: the list is there whatever was chosen.
    await page.setViewportSize(PHONE);
    await page.getByRole('button', { name: /^Change/ }).first().waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Grid', exact: true }).isVisible()).toBe(false);
    await expectFitsNarrow(page, 'calendar on a phone');
  });

  test('shows all about a visit, and changes it as the list does', async () => {
    await openGrid();
    await visit('Noor Placeholder').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Change/ }).click();
    await dialog.getByRole('button', { name: 'Cancel visit' }).waitFor();
    await expectAccessible(page, 'a visit of the grid');
    await takePictures(page, 'grid-visit');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toMatch(/Noor Placeholder/);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: /^Change/ }).click();
    await dialog.getByRole('button', { name: 'Cancel visit' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Cancel visit' }).click();
    await dialog.getByRole('button', { name: 'Yes, cancel the visit' }).click();
    await page.getByText('Cancelled. The emails').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await visit('Noor Placeholder.*Cancelled').waitFor();
    await expectAccessible(page, 'grid with a cancelled visit');
  });

  test('with large text and in forced colours it still shows every visit', async () => {
    await openGrid();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('radio', { name: '200%' }).check();
    await page.goBack();
    await visit('Noor Placeholder').waitFor();
    await expectAccessible(page, 'large grid');
    await expectNoSidewaysScroll(page, 'large grid');
    await takeWide('grid-large');
    await visit('Noor Placeholder').focus();
    await page.keyboard.press('m');
    await takeWide('grid-large-keys');
    await page.keyboard.press('Escape');
    await page.emulateMedia({ forcedColors: 'active' });
    await page.screenshot({ path: join(import.meta.dirname, 'output', 'grid-forced.png') });
    await page.emulateMedia({ forcedColors: 'none' });
  });
});

describe('a visit is moved', () => {
  test('by hand, and only after somebody said yes', async () => {
    await openGrid();
    await pull('Noor Placeholder', 1.6);
    // It goes by quarters of an hour, and says where it is.
    await page.locator('.ghost', { hasText: '1:00' }).waitFor();
    await takeWide('grid-dragging');
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: 'Noor Placeholder' });
    await dialog.getByText(/^From .*11:30.* to .*1:00/).waitFor();
    await dialog.getByText('Everyone who takes part gets an email').waitFor();
    expect(stage.posted).toEqual([]);
    await expect.poll(() => dialog.getByLabel('Time', { exact: true }).inputValue()).toBe('13:00');
    await dialog.getByRole('button', { name: '9:15 AM' }).waitFor();
    await expectAccessible(page, 'moving by hand');
    await takePictures(page, 'grid-moving');
    await dialog.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toEqual({ sequence: 0, civil_start: `${day}T13:00`, zone: HERE, minutes: 30 });
    await visit('1:00.*Noor Placeholder').waitFor();
    await expect.poll(() => focused(page)).toMatch(/1:00.*Noor Placeholder/);
  });

  test('to another day, or not at all: Escape puts it back, so does saying no', async () => {
    await openGrid();
    await pull('Noor Placeholder', 1);
    const other = addDays(day, weekday(day) === 7 ? -1 : 1);
    const column = await page.locator(`[data-day="${other}"]`).boundingBox();
    const box = await visit('Noor Placeholder').boundingBox();
    await page.mouse.move((column?.x ?? 0) + 20, (box?.y ?? 0) + 20, { steps: 4 });
    await page.locator(`[data-day="${other}"] .ghost`).waitFor();
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await expect.poll(() => page.locator('.ghost').count()).toBe(0);
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await pull('Noor Placeholder', 1);
    await page.mouse.up();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('.ghost').count()).toBe(0);
    expect(stage.posted).toEqual([]);
    // A press that does not go anywhere is a press.
    await visit('Noor Placeholder').click();
    await page.getByRole('dialog').getByRole('button', { name: /^Change/ }).waitFor();
  });

  test('by a finger that rests on it first; one that moves at once moves nothing', async () => {
    await openAnew({ touch: true });
    await openGrid();
    const finger = await touching();
    let { x, y } = await finger.on('Noor Placeholder');
    await finger.does('touchStart', x, y);
    for (const far of [20, 40, 60]) await finger.does('touchMove', x, y - far);
    await finger.does('touchEnd');
    await expect.poll(() => page.locator('.ghost').count()).toBe(0);
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    ({ x, y } = await finger.on('Noor Placeholder'));
    await finger.does('touchStart', x, y);
    await page.locator('.ghost', { hasText: '11:30' }).waitFor();
    await finger.does('touchMove', x, y + (await hour()));
    await page.locator('.ghost', { hasText: '12:30' }).waitFor();
    await finger.does('touchEnd');
    const dialog = page.getByRole('dialog', { name: 'Noor Placeholder' });
    await dialog.getByText(/^From .*11:30.* to .*12:30/).waitFor();
    expect(stage.posted).toEqual([]);
  });

  test('by keyboard alone, to another day and hour', async () => {
    await openGrid();
    await tabTo(page, 'Grid');
    await tabTo(page, /9:00.*Lee Specimen/);
    // One stop for Tab; the arrow keys go on from there.
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused(page)).toMatch(/11:30.*Noor Placeholder/);
    await expectAccessible(page, 'a visit with the focus');
    await takeWide('grid-focus');
    await page.keyboard.press('m');
    await expect.poll(() => focused(page)).toBe('Go on with this time');
    for (let quarter = 0; quarter < 6; quarter += 1) await page.keyboard.press('ArrowDown');
    const back = weekday(day) === 7;
    await page.keyboard.press(back ? 'ArrowLeft' : 'ArrowRight');
    await page.getByRole('status').getByText(/^New time: .*1:00/).waitFor();
    await expectAccessible(page, 'moving by keys');
    await takeWide('grid-keys');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Noor Placeholder' });
    await dialog.getByText(/^From .*11:30.* to .*1:00/).waitFor();
    expect(stage.posted).toEqual([]);
    await tabTo(page, 'Move it here');
    await page.keyboard.press('Enter');
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ civil_start: `${addDays(day, back ? -1 : 1)}T13:00`, zone: HERE });
    await visit('1:00.*Noor Placeholder').waitFor();
    await expect.poll(() => focused(page)).toMatch(/1:00.*Noor Placeholder/);
  });

  test('on its own clock, where that is not the reader\'s', async () => {
    const there = stage.agency.appointments.find(({ client_name }) => client_name === 'Noor Placeholder');
    if (there === undefined) throw new Error('the story has changed');
    there.at = localTime(there.start / 1_000, 'America/Denver');
    await openGrid();
    await visit('Noor Placeholder').focus();
    await page.keyboard.press('m');
    for (let quarter = 0; quarter < 6; quarter += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Noor Placeholder' });
    await dialog.getByText(/^From .*10:30.*\(Mountain Time\).* to .*12:00.*\(Mountain Time\)/).waitFor();
    await expect.poll(() => dialog.getByLabel('Time zone').inputValue()).toBe('America/Denver');
    await expectAccessible(page, 'moving on another clock');
    await dialog.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ civil_start: `${day}T12:00`, zone: 'America/Denver' });
    await visit('1:00.*Noor Placeholder').waitFor();
  });

  test('by the buttons of the bar, and Escape or going elsewhere with Tab puts it back', async () => {
    await openGrid();
    await visit('Noor Placeholder').focus();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByRole('button', { name: '15 minutes later' }).click();
    await page.getByText(/^New time: .*11:45/).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/^Put back: .*11:30/).waitFor();
    await expect.poll(() => focused(page)).toMatch(/11:30.*Noor Placeholder/);
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('status').getByText(/^New time: .*11:45/).waitFor();
    for (let tab = 0; tab < 2; tab += 1) await page.keyboard.press('Shift+Tab');
    await expect.poll(() => page.locator('.ghost').count()).toBe(0);
    await page.getByRole('status').getByText(/^Put back: .*11:30/).waitFor();
    expect(stage.posted).toEqual([]);
  });

  test('elsewhere if the time is taken: three others are offered', async () => {
    await openGrid();
    await visit('Lee Specimen').focus();
    await page.keyboard.press('m');
    for (let quarter = 0; quarter < 4; quarter += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Lee Specimen' });
    await dialog.getByRole('button', { name: 'Move it here' }).click();
    await dialog.getByText('That time is taken.').waitFor();
    await expectAccessible(page, 'moved onto a taken time');
    await takePictures(page, 'grid-refused');
    await dialog.getByRole('alert').getByRole('button', { name: /11:15/ }).click();
    await dialog.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The emails').waitFor();
    await expect.poll(() => sent(/move$/)).toMatchObject({ civil_start: `${day}T11:15` });
    // Now two are at the same time: they stand beside each other.
    const [one, two] = [await visit('Lee Specimen').boundingBox(), await visit('Noor Placeholder').boundingBox()];
    expect(Math.abs((one?.x ?? 0) - (two?.x ?? 0))).toBeGreaterThan(24);
    await takeWide('grid-beside');
  });
});

describe('without an answer', () => {
  test('the days that were read stay, and with them what somebody is writing', async () => {
    day = localTime(Date.now() - 2 * 86_400_000, HERE).civil.slice(0, 10);
    await openCalendar('day');
    await expect.poll(() => page.getByRole('heading', { level: 3 }).count()).toBe(1);
    await page.getByRole('button', { name: /^How did it go/ }).click();
    const note = page.getByLabel('What to remember');
    await note.fill('The bus did not come.');
    await page.route(ASKED, (route) => route.abort());
    // Back from another tab.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    expect(await note.inputValue()).toBe('The bus did not come.');
    await expectAccessible(page, 'days that could not be read again');
    await page.unroute(ASKED);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved how it went.').waitFor();
    expect(sent(/close$/)).toMatchObject({ note: 'The bus did not come.' });
  });
});

describe('on paper', () => {
  test('the day is a list with room to write, without the app around it', async () => {
    await openGrid('day');
    await page.evaluate(() => {
      (globalThis as { printed?: number }).printed = 0;
      window.print = () => ((globalThis as { printed?: number }).printed = 1);
    });
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    expect(await page.evaluate(() => (globalThis as { printed?: number }).printed)).toBe(1);
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: 'My day' }).waitFor();
    await expect.poll(() => page.getByText('Place or phone:').count()).toBe(3);
    await expect.poll(() => page.getByRole('navigation').count()).toBe(0);
    await expect.poll(() => page.getByRole('button').count()).toBe(0);
    await page.setViewportSize(A4);
    await page.screenshot({ path: join(import.meta.dirname, 'output', 'day-printed.png') });
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ media: null });
    await page.evaluate((hash) => (location.hash = hash), `#/calendar/week/${day}`);
    await page.getByRole('heading', { level: 3 }).nth(6).waitFor();
    for (const format of ['A4', 'Letter'] as const) {
      await page.pdf({ path: join(import.meta.dirname, 'output', `week-printed-${format}.pdf`), format });
    }
  });

  test('days that were not read are not said to be empty', async () => {
    await signIn(page, stage, 'dana');
    await page.route(ASKED, (route) => route.abort());
    await page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await page.getByRole('alert').getByText('We could not load this page').waitFor();
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.sheet');
    await sheet.getByText('We could not load this page').waitFor();
    expect(await sheet.getByText('No visits').count()).toBe(0);
    await page.unroute(ASKED);
    await page.emulateMedia({ media: null });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 3 }).nth(6).waitFor();
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => sheet.getByText('We could not load this page').count()).toBe(0);
    await page.emulateMedia({ media: null });
  });

  test('a page without the calendar prints as before', async () => {
    await openCalendar();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.getByRole('heading', { level: 1, name: 'Settings' }).isVisible()).toBe(true);
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    await page.emulateMedia({ media: null });
  });
});
