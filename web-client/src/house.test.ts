// The house rules that a program can check.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(svelte|ts|css)$/.test(file) && !/\.gen\.ts$|\bwasm\//.test(file))
  .map((file) => ({ file, text: readFileSync(join(import.meta.dirname, file), 'utf8') }));
const components = files.filter(({ file }) => file.endsWith('.svelte'));

function having(pattern: RegExp, among = files): string[] {
  return among
    .filter(({ file, text }) => !file.endsWith('house.test.ts') && pattern.test(text))
    .map(({ file }) => file);
}

test('components stay under 150 lines, other files under 400', () => {
  expect(components.length).toBeGreaterThan(20);
  for (const { file, text } of files) {
    expect(text.split('\n').length, file).toBeLessThan(file.endsWith('.svelte') ? 150 : 400);
  }
});

test('nothing is of type any', () => {
  expect(having(/(:|<|\bas) any\b/)).toEqual([]);
});

test('text is text: no markup from strings, no styles in attributes', () => {
  expect(having(/\{@html|innerHTML|\sstyle=|\sstyle:[a-z]/)).toEqual([]);
});

test('left and right are said as start and end, so that other scripts fit', () => {
  expect(having(/(margin|padding|border|inset)-(left|right)|text-align: (left|right)|[^-_](left|right): \d/)).toEqual([]);
});

test('every kind of field that is typed into is dressed', () => {
  const markup = components.map(({ text }) => text).join('\n');
  const kinds = [...markup.matchAll(/<input\b[^<]*?\btype="([a-z]+)"/g)].map(([, kind]) => kind ?? '');
  const typed = [...new Set(kinds)].filter((kind) => !['checkbox', 'radio'].includes(kind));
  const css = files.find(({ file }) => file.endsWith('controls.css'))?.text ?? '';
  expect(typed).toContain('search');
  expect(typed.filter((kind) => !css.includes(`[type='${kind}']`))).toEqual([]);
});

test('no sentence stands in a component instead of the locale files', () => {
  const bare = />\s*[A-Z][a-z]+ [a-z ]+[.!?]?\s*</;
  const markup = components.map(({ file, text }) => ({
    file,
    text: text.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, ''),
  }));
  expect(having(bare, markup)).toEqual([]);
});
