// A browser profile of one person: Chromium with its own temporary directory, watched for anything
// the page's policy forbids.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';

const OUTPUT = join(import.meta.dirname, 'output');
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1440, height: 900 };
/** The longest that anything on a page may take. A shared, slow machine must not fail a journey. */
const WAIT_MS_MAX = 60_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What can be right in light and wrong in dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** The browser of the machine: none is downloaded. */
function executable(): string {
  const named = process.env['CHROMIUM'];
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = named ?? known.find((path) => existsSync(path));
  if (found === undefined) throw new Error('no Chromium here: install one or set CHROMIUM to its path');
  return found;
}

export interface Profile {
  /** The page that is open, after `reopen` a new one. */
  page: Page;
  readonly context: BrowserContext;
  /** Closes the tab (its worker with it) without asking the page. */
  closeTab(): Promise<void>;
  /** Opens a new tab in the same profile. */
  openTab(url: string): Promise<Page>;
  /** Ends the browser and forgets the profile. */
  end(): Promise<void>;
  /** What the page's policy refused, and errors nobody caught. */
  readonly violations: string[];
}

export interface Options {
  viewport?: { width: number; height: number };
  dark?: boolean;
  touch?: boolean;
  /** Base64 SHA-256 of the development certificate's public key. */
  trustedKey?: string;
  locale?: string;
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One browser for all profiles of a file that keep nothing: to start one takes longer than most tests. */
let shared: Promise<Browser> | undefined;
afterAll(async () => (await shared)?.close());

/**
 * A profile of its own. With a server's key it is one on disk in a browser of its own, as people have
 * them; over the double, where nothing is to outlive a test, a context of the shared browser.
 */
async function openContext(options: Options): Promise<[BrowserContext, () => void]> {
  const { trustedKey } = options;
  const seen = {
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.dark === true ? 'dark' : 'light',
    hasTouch: options.touch ?? false,
    isMobile: options.touch ?? false,
    reducedMotion: 'reduce',
    locale: options.locale ?? 'en-US',
    timezoneId: 'America/Chicago',
  } as const;
  const started = { executablePath: executable(), headless: true };
  if (trustedKey === undefined) {
    shared ??= chromium.launch({ ...started, args: ARGS });
    return [await (await shared).newContext(seen), () => undefined];
  }
  const directory = mkdtempSync(join(tmpdir(), 'carecircle-profile-'));
  const args = [...ARGS, `--ignore-certificate-errors-spki-list=${trustedKey}`];
  const context = await chromium.launchPersistentContext(directory, { ...started, ...seen, args });
  return [context, () => rmSync(directory, { recursive: true, force: true })];
}

export async function openProfile(options: Options = {}): Promise<Profile> {
  const [context, forget] = await openContext(options);
  context.setDefaultTimeout(WAIT_MS_MAX);
  const violations: string[] = [];
  context.on('console', (message) => {
    if (/content security policy|violates|trustedscript/i.test(message.text())) {
      violations.push(message.text());
    }
  });
  context.on('weberror', (error) => violations.push(String(error.error())));
  const profile: Profile = {
    page: context.pages()[0] ?? (await context.newPage()),
    context,
    violations,
    async closeTab() {
      // A browser ends with its last tab: a blank one keeps the profile open.
      await context.newPage();
      await profile.page.close({ runBeforeUnload: false });
    },
    async openTab(url) {
      profile.page = await context.newPage();
      await profile.page.goto(url);
      return profile.page;
    },
    async end() {
      await context.close();
      forget();
    },
  };
  return profile;
}

/** What kind of page is looked at, if it is not one of the app. */
export interface Kind {
  /** Without the app a page has no theme of its own. */
  app?: boolean;
  /** A mail stands in the landmarks of the program that shows it. */
  landmarks?: boolean;
}

/**
 * Nothing that axe finds: every rule in light, and in dark what colours alone can break. Frames are left
 * out: what stands in one may run no script, axe neither (so it needs no second page to put the parts
 * together, which is what its legacy mode spares).
 */
export async function expectAccessible(page: Page, where: string, kind: Kind = {}): Promise<void> {
  const { app = true, landmarks = true } = kind;
  const beside = landmarks ? [] : ['landmark-one-main', 'region'];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      ([theme, themed]) => !themed || document.documentElement.dataset['theme'] === theme,
      [colorScheme, app] as const,
    );
    const axe = new AxeBuilder({ page }).exclude('iframe').setLegacyMode();
    const asked = colorScheme === 'dark' ? axe.withRules(COLOURS) : axe.withTags(RULES).disableRules(beside);
    const { violations } = await asked.analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
  }
}

/** Nothing stands out of a page at the side. */
export async function expectNoSidewaysScroll(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over, where).toBeLessThanOrEqual(0);
}

/**
 * Nothing is cut off or stands out at 320 px, which is 1280 px at 400 % (WCAG 1.4.10), with the text as it is and at
 * 200 % (1.4.4), as the settings make it.
 */
export async function expectFitsNarrow(page: Page, where: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNothingStandsOut(page, where);
  const size = await chooseTextSize(page, '200');
  await expectNothingStandsOut(page, `${where}, text at 200 %`);
  await chooseTextSize(page, size);
  if (before !== null) await page.setViewportSize(before);
}

async function expectNothingStandsOut(page: Page, where: string): Promise<void> {
  await expectNoSidewaysScroll(page, where);
  const over = await page.locator('main *').evaluateAll((all) =>
    all
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
      // What is only read aloud takes no room.
      .filter((one) => one.closest('.unseen') === null)
      // The innermost ones: around them everything stands out too.
      .filter((one, _at, wide) => !wide.some((other) => other !== one && one.contains(other)))
      .map((one) => one.outerHTML.slice(0, 120)),
  );
  expect(over, where).toEqual([]);
}

/** Makes the text of the app larger without leaving the page; how large it was. */
function chooseTextSize(page: Page, size: string | null): Promise<string | null> {
  return page.evaluate((chosen) => {
    const root = document.documentElement;
    const before = root.getAttribute('data-size');
    if (chosen === null) root.removeAttribute('data-size');
    else root.setAttribute('data-size', chosen);
    return before;
  }, size);
}

/** Nothing that axe finds, nothing cut off, and pictures for whoever looks at them: of a page, or of a part of it. */
export async function expectGoodLooks(on: Page | Locator, name: string): Promise<void> {
  const page = 'page' in on ? on.page() : on;
  await expectAccessible(page, name);
  await expectFitsNarrow(page, name);
  await takePictures(page, name, 'page' in on ? on : undefined);
}

/** The page is as high as the window: only its parts scroll. */
export async function expectWindowHigh(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollHeight - document.documentElement.clientHeight,
  );
  expect(over, where).toBeLessThanOrEqual(0);
}

/**
 * Pictures of the page as a phone and as a desktop show it, in light and dark, with what they are of in sight; none in
 * CI, where nobody looks.
 */
export async function takePictures(page: Page, name: string, of?: Locator): Promise<void> {
  if (process.env['CI'] !== undefined) return;
  mkdirSync(OUTPUT, { recursive: true });
  const before = page.viewportSize();
  for (const [size, viewport] of [['phone', PHONE], ['desktop', DESKTOP]] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // What is being filled in stays in the picture, whatever the size.
      await page.evaluate(() => document.activeElement?.closest('form')?.scrollIntoView());
      await of?.evaluate((element) => element.scrollIntoView());
      await page.screenshot({ path: join(OUTPUT, `${name}-${size}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before !== null) await page.setViewportSize(before);
}

/** A picture of all of a long page, on a phone. */
export async function takeTall(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: PHONE.width, height: 1_700 });
  await page.screenshot({ path: join(OUTPUT, `${name}-tall.png`) });
  if (before !== null) await page.setViewportSize(before);
}
