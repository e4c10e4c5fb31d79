import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, test } from 'vitest';
import { ERASED, LANGUAGES, negotiate, orErased, t, texts, type Part } from './texts.svelte';
import { clock, day, full, lasted } from './time';

const root = join(import.meta.dirname, '..');
const locales = join(root, '../../server/care/locales');

const PARTS: readonly Part[] = ['web', 'circle', 'care', 'devices', 'audit', 'ways', 'staff', 'intake', 'agency'];

function part(language: string, name: Part): string {
  return readFileSync(join(locales, language, `${name}.ftl`), 'utf8');
}
function source(language: string): string {
  return PARTS.map((name) => part(language, name)).join('\n');
}
function keys(language: string): string[] {
  return [...source(language).matchAll(/^([a-z][a-z0-9-]*) =/gm)].map(([, key]) => key ?? '').sort();
}
/** The keys of some parts. */
function known(parts: readonly Part[]): string[] {
  return parts.flatMap((name) => [...part('en', name).matchAll(/^([a-z][a-z0-9-]*) =/gm)].map(([, key]) => key ?? ''));
}
/** A file and all that comes with it at once: what it fetches only when it is wanted is not in it. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:^|\n)\s*(?:import|export) (?!type)[^;]*? from '(\.[^']+)'/g)) {
    const at = join(file, '..', path);
    const found = [at, `${at}.ts`].find((one) => /\.(ts|svelte)$/.test(one) && existsSync(one));
    if (found !== undefined) closure(found, seen);
  }
  return seen;
}
function said(files: Iterable<string>): Set<string> {
  const all = [...files].map((file) => readFileSync(file, 'utf8')).join('\n');
  return new Set([...all.matchAll(/\bt\('([a-z0-9-]+)'/g)].map(([, key]) => key ?? ''));
}
function used(): Set<string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const code = files.filter((file) => /(?<!\.test)\.(svelte|ts)$/.test(file));
  const all = code.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  return new Set([...all.matchAll(/\bt\('([a-z0-9-]+)'/g)].map(([, key]) => key ?? ''));
}
/** The variables that a message takes. */
function variables(language: string): Map<string, string> {
  const messages = source(language).split(/\n(?=[a-z])/);
  return new Map(
    messages.map((message) => {
      const names = new Set([...message.matchAll(/\$(\w+)/g)].map(([, name]) => name));
      return [message.split(' =')[0] ?? '', [...names].sort().join()];
    }),
  );
}

describe('both languages', () => {
  test('have a folder each, and each folder is offered', () => {
    expect(readdirSync(locales).sort()).toEqual(Object.keys(LANGUAGES).sort());
  });

  test('say the same things, with the same variables', () => {
    expect(keys('es')).toEqual(keys('en'));
    const [en, es] = [variables('en'), variables('es')];
    for (const key of keys('en')) expect(es.get(key), key).toBe(en.get(key));
  });

  test.each(Object.keys(LANGUAGES))('%s reads without errors and every key used is there', (language) => {
    const bundle = new FluentBundle(language);
    expect(bundle.addResource(new FluentResource(source(language)))).toEqual([]);
    for (const key of used()) expect(bundle.hasMessage(key), key).toBe(true);
  });

  test('each sentence stands in one part', () => {
    expect(new Set(keys('en')).size).toBe(keys('en').length);
    for (const name of PARTS) expect(known([name]).length, name).toBeGreaterThan(20);
  });

  // What a page fetches with it is fetched with its sentences (`texts.need`).
  test.each<[string, Part[]]>([
    ['main.ts', ['web']],
    ['views/Frame.svelte', ['web', 'circle', 'care']],
    ['views/parts/StillHere.svelte', ['web', 'circle', 'care']],
    ['views/people/PeoplePage.svelte', ['web', 'circle', 'care', 'intake']],
    ['views/intake/IntakePages.svelte', ['web', 'circle', 'care', 'intake']],
    ['views/sign-in/Awaiting.svelte', ['web', 'intake']],
    ['views/sign-in/TypeCode.svelte', ['web', 'devices', 'intake']],
    ['views/visits/VisitsPage.svelte', ['web', 'circle', 'care']],
    ['views/calendar/CalendarPage.svelte', ['web', 'circle', 'care']],
    ['views/calendar/HoursPage.svelte', ['web', 'circle', 'care']],
    ['views/calendar/BookablePages.svelte', ['web', 'circle', 'care']],
    ['views/mail/MailSettings.svelte', ['web', 'circle', 'care']],
    ['views/calendar/CalendarFeed.svelte', ['web', 'circle', 'care']],
    ['views/devices/MyDevices.svelte', ['web', 'circle', 'care', 'devices']],
    ['views/audit/AccessPage.svelte', ['web', 'circle', 'care', 'audit']],
    ['views/audit/AuditPage.svelte', ['web', 'circle', 'care', 'audit']],
    ['views/sign-in/WaysIn.svelte', ['web', 'circle', 'care', 'ways']],
    ['views/sign-in/Unproved.svelte', ['web', 'ways']],
    ['views/sign-in/PasswordForm.svelte', ['web', 'ways']],
    ['views/staff/StaffPage.svelte', ['web', 'circle', 'care', 'staff']],
    ['views/staff/CaseloadsPage.svelte', ['web', 'circle', 'care', 'staff']],
    ['views/staff/TransfersPage.svelte', ['web', 'circle', 'care', 'staff']],
    ['views/staff/HandOver.svelte', ['web', 'circle', 'care', 'staff']],
    ['views/agency/JobsPage.svelte', ['web', 'circle', 'care', 'agency']],
    ['views/agency/OutagesPage.svelte', ['web', 'circle', 'care', 'agency']],
    ['views/devices/Recover.svelte', ['web', 'devices']],
    ['views/devices/Comparing.svelte', ['web', 'devices']],
  ])('%s finds its sentences in the parts that are loaded with it', (file, parts) => {
    const keysSaid = said(closure(join(root, file)));
    expect(keysSaid.size).toBeGreaterThan(3);
    const there = new Set(known(parts));
    expect([...keysSaid].filter((key) => !there.has(key))).toEqual([]);
  });

  test('speak to one person as a friend does: in Spanish with "tú"', () => {
    expect(source('es')).not.toMatch(/\busted\b/i);
  });

  test('hold nothing that no page shows', () => {
    const shown = used();
    expect(keys('en').filter((key) => !shown.has(key))).toEqual([]);
  });
});

/** Flesch-Kincaid grade: the school year in which a text is understood (Kincaid et al., 1975). */
function grade(text: string): number {
  const sentences = text.split(/[.!?:]+(?:\s|$)/).filter((part) => part.trim() !== '');
  const words = text.match(/[a-z’']+/gi) ?? [];
  const syllables = words.reduce(
    (sum, word) => sum + Math.max(1, (word.toLowerCase().replace(/e$/, '').match(/[aeiouy]+/g) ?? []).length),
    0,
  );
  return 0.39 * (words.length / sentences.length) + 11.8 * (syllables / words.length) - 15.59;
}

test('sentences are for readers of twelve (sixth grade)', () => {
  const sentences = [...source('en').matchAll(/^[a-z0-9-]+ = (.*\..*)$/gm)].map(([, text]) =>
    (text ?? '').replaceAll(/\{[^}]*\}/g, 'Ann'),
  );
  expect(sentences.length).toBeGreaterThan(40);
  expect(grade(sentences.join(' '))).toBeLessThan(6);
  for (const sentence of sentences) expect(grade(sentence), sentence).toBeLessThan(9);
});

test('the browser\'s wishes choose the language, English when none fits', () => {
  expect(negotiate(['es-MX', 'en'])).toBe('es');
  expect(negotiate(['vi', 'en-GB'])).toBe('en');
  expect(negotiate(['vi'])).toBe('en');
});

test('a language loads, and numbers choose their form', async () => {
  await texts.use('es');
  await texts.need('care');
  expect(t('members-count', { count: 1 }).replaceAll(/[\u2068\u2069]/g, '')).toBe('1 persona');
  expect(t('members-count', { count: 3 }).replaceAll(/[\u2068\u2069]/g, '')).toBe('3 personas');
  expect(texts.language).toBe('es');
});

test('a client who was erased is said to be, in the reader\'s language', async () => {
  const server = readFileSync(join(root, '../../server/protocol/src/lib.rs'), 'utf8');
  expect(server).toContain(`pub const ERASED: &str = "${ERASED}";`);
  await texts.use('es');
  expect(orErased(ERASED)).toBe('(borrado)');
  await texts.use('en');
  expect(orErased(ERASED)).toBe('(erased)');
  expect(orErased('Maria Sample')).toBe('Maria Sample');
});

test('a part comes when it is needed, and with every language afterwards', async () => {
  await texts.use('en');
  expect(t('code-title')).toBe('code-title');
  await Promise.all([texts.need('devices'), texts.use('es')]);
  expect(t('code-title')).toBe('Código de recuperación');
  await texts.use('en');
  expect(t('code-title')).toBe('Recovery code');
});

test('how long something took is said in the unit that people would use', () => {
  expect([0, 812, 1_240, 59_900, 61_000, 7_300_000].map((ms) => lasted(ms, 'en'))).toEqual([
    '0 seconds', '0.8 seconds', '1.2 seconds', '59.9 seconds', '1 minute', '2 hours',
  ]);
  expect(lasted(812, 'es')).toBe('0,8 segundos');
});

test('times and days are said in both languages, a day with its weekday', () => {
  const tuesday = new Date(2026, 2, 3, 14, 5).getTime();
  const plain = (text: string): string => text.replaceAll(/\s/g, ' ');
  expect(plain(clock(tuesday, 'en'))).toBe('2:05 PM');
  expect(plain(clock(tuesday, 'es'))).toBe('14:05');
  expect(day(tuesday, 'en')).toBe('Tuesday, March 3');
  expect(day(tuesday, 'es')).toBe('martes, 3 de marzo');
  expect(plain(full(tuesday, 'en'))).toMatch(/^Tuesday, March 3, 2026 at 2:05 PM \S/);
});
