import { expect, test } from 'vitest';
import { full } from './time';

test('a moment is told by the clock as people call it, and where it matters by its season', () => {
  const before = process.env['TZ'];
  process.env['TZ'] = 'America/Chicago';
  const at = Date.UTC(2026, 10, 1, 6, 30);
  expect(full(at, 'en')).toMatch(/^Sunday, November 1, 2026 at 1:30\sAM Central Time$/);
  expect(full(at, 'es')).toMatch(/^domingo, 1 de noviembre de 2026, 1:30,? hora central$/);
  expect(full(at, 'en', 'long')).toMatch(/Central Daylight Time$/);
  expect(full(at + 3_600_000, 'en', 'long')).toMatch(/Central Standard Time$/);
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});
