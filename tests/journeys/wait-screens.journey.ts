// What takes longer than a second, and how few acts a booking takes, in a real browser over the doubles.
import { expect, test } from 'vitest';
import { expectAccessible, takePictures } from './browser.ts';
import { focused } from './keyboard.ts';
import { openClient, openScreens, page, stage } from './screen.ts';

openScreens();

test('an answer that is held back is waited for with a quiet sign, until it is there', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/v1/people/*/appointments', async (route) => {
    await held;
    await route.continue();
  });
  await openClient();
  const line = page.locator('progress');
  await line.waitFor();
  await page.getByText('This takes a moment').waitFor({ state: 'attached' });
  expect(await page.locator('main').getAttribute('aria-busy')).toBe('true');
  expect(await focused(page), 'the focus stays where it was').toMatch(/Maria Sample/);
  await expectAccessible(page, 'waiting');
  await takePictures(page, 'waiting');
  // Whoever wants nothing to move has a line that stands still.
  await expect.poll(() => line.evaluate((element) => getComputedStyle(element).appearance)).toBe('none');
  release();
  await line.waitFor({ state: 'detached' });
  await expect.poll(() => page.locator('main').getAttribute('aria-busy')).toBe('false');
  await expect.poll(() => page.getByText('This takes a moment').count()).toBe(0);
  await page.getByRole('article').filter({ hasText: 'Phone call' }).first().waitFor();
});

/** From now on every press and every filled field is counted. */
async function countActs(): Promise<void> {
  await page.evaluate(() => {
    const root = document.documentElement;
    root.dataset['acts'] = '0';
    const count = (): void => void (root.dataset['acts'] = String(Number(root.dataset['acts']) + 1));
    for (const kind of ['click', 'change']) document.addEventListener(kind, count, true);
  });
}
function acts(): Promise<number> {
  return page.evaluate(() => Number(document.documentElement.dataset['acts']));
}

test('from a client\'s page a visit is booked in three acts', async () => {
  await openClient();
  await countActs();
  await page.getByRole('button', { name: 'Book a visit' }).click();
  await page.getByRole('button', { name: '11:00 AM' }).click();
  await page.getByRole('button', { name: 'Book this visit' }).click();
  await page.getByText(/^Booked: /).waitFor();
  expect(await acts()).toBe(3);
});

test('and on another day in four', async () => {
  await openClient();
  await countActs();
  await page.getByRole('button', { name: 'Book a visit' }).click();
  await page.getByLabel('Day', { exact: true }).fill('2027-12-07');
  const free = page.getByRole('group', { name: /December 7/ });
  await free.getByRole('button', { name: '2:00 PM' }).click();
  await page.getByRole('button', { name: 'Book this visit' }).click();
  await page.getByText(/^Booked: .*December 7, 2027/).waitFor();
  expect(await acts()).toBe(4);
  expect(stage.posted.filter(({ path }) => path.endsWith('/appointments'))).toHaveLength(1);
});
