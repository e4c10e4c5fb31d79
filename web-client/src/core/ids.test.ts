import { expect, test } from 'vitest';
import { uuidBytes, uuidText } from './ids';

test('an id survives the way to bytes and back', () => {
  const text = '01990000-0000-7000-8000-00000000abcd';
  expect(uuidText(uuidBytes(text))).toBe(text);
  expect(uuidBytes(text).at(-1)).toBe(0xcd);
});

test('what is no id is refused', () => {
  expect(() => uuidBytes('01990000')).toThrow('not an identifier');
  expect(() => uuidText(new Uint8Array(15))).toThrow('not an identifier');
});
