import { expect, test } from 'vitest';
import { columnAt, minuteAt } from './drag';

const columns = [
  { day: 'monday', box: { x: 100, width: 100 } }, { day: 'tuesday', box: { x: 200, width: 100 } },
];

test('a pointer beside the grid means the nearest day', () => {
  expect(columnAt(columns, 150)?.day).toBe('monday');
  expect(columnAt(columns, 250)?.day).toBe('tuesday');
  expect(columnAt(columns, 20)?.day).toBe('monday');
  expect(columnAt(columns, 900)?.day).toBe('tuesday');
  expect(columnAt([], 900)).toBeUndefined();
});

test('a height in a column is a minute of what is shown, however high a row is', () => {
  const rows = { from: 480, until: 1_080 };
  expect(minuteAt(50, { y: 50, height: 600 }, rows)).toBe(480);
  expect(minuteAt(350, { y: 50, height: 600 }, rows)).toBe(780);
  expect(minuteAt(650, { y: 50, height: 1_200 }, rows)).toBe(780);
});
