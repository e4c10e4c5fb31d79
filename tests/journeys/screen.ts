// What a journey over the double looks at. Before each test: a new agency, a device core to which nothing has happened,
// and a browser that knows nobody. After it everything that was opened ends, and nothing broke the page's policy.
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { Agency } from '../../web-client/doubles/agency.ts';
import { Newsroom } from '../../web-client/doubles/news.ts';
import type { Who } from '../../web-client/doubles/story.ts';
import { expectGoodLooks, openProfile, type Options, type Profile } from './browser.ts';
import { playDouble, signIn, type Stage } from './double.ts';
import { openClient as openTheirPage } from './family.ts';

/** What the pages of a journey are played on. */
export let stage: Stage;
/** The browser of the test that runs, and the page that is looked at first. */
export let profile: Profile;
export let page: Page;
const opened: Profile[] = [];

/** At noon yesterday and today are the same for every zone that a test may run in. */
export const noon = (): number => new Date().setHours(12, 0, 0, 0);

/** Every test of the file has a screen of its own; when the agency's story begins, milliseconds since 1970. */
export function openScreens(nowMs: () => number = Date.now): void {
  beforeAll(async () => {
    stage = await playDouble();
  });
  afterAll(() => stage.end());
  beforeEach(async () => {
    stage.agency = new Agency(nowMs());
    stage.news = new Newsroom();
    stage.posted = [];
    await open();
  });
  afterEach(close);
}

/** A browser beside it, of another person or another device: it ends with the test. */
export async function openAnother(options: Options = {}): Promise<Profile> {
  const another = await openProfile(options);
  opened.push(another);
  return another;
}

/** Begins once more, in a browser of another kind. */
export async function openAnew(options: Options): Promise<void> {
  await close();
  await open(options);
}

async function open(options: Options = {}): Promise<void> {
  profile = await openAnother(options);
  page = profile.page;
}

async function close(): Promise<void> {
  const closed = opened.splice(0);
  for (const one of closed) await one.end();
  expect(closed.flatMap(({ violations }) => violations)).toEqual([]);
}

/** Chooses Spanish in the settings. */
export async function speakSpanish(): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByRole('heading', { name: 'Ajustes', level: 1 }).waitFor();
}

/** Signs in and goes to a page by the navigation. */
export async function arrive(who: Who, place: string, locale: 'en' | 'es' = 'en'): Promise<void> {
  await signIn(page, stage, who);
  if (locale === 'es') await speakSpanish();
  await page.getByRole('link', { name: place, exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** The case manager signs in and opens the page of the client. */
export async function openClient(): Promise<void> {
  await signIn(page, stage, 'dana');
  await openTheirPage({ page });
}

/** Nothing that axe finds, nothing cut off, and pictures. */
export async function looksGood(name: string, on: Page | Locator = page): Promise<void> {
  await expectGoodLooks(on, name);
}

/** What was last posted to a path. */
export function posted(path: RegExp): Record<string, unknown> {
  const { body = '{}' } = stage.posted.findLast((one) => path.test(one.path)) ?? {};
  return JSON.parse(body) as Record<string, unknown>;
}

/** The same without the request's id. */
export function sent(path: RegExp): Record<string, unknown> {
  const { op_id, ...rest } = posted(path);
  expect(op_id).toMatch(/^[0-9a-f-]{36}$/);
  return rest;
}
