import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Answer, Api, WorkingHours } from '../platform/api';
import { Waiting, watched } from './waiting.svelte';

type Given = Answer<WorkingHours>;
let waiting: Waiting;
let answers: ((answer: Given) => void)[];
let api: Api;

beforeEach(() => {
  vi.useFakeTimers();
  waiting = new Waiting();
  answers = [];
  api = watched({ ...refusing, hours: () => new Promise<Given>((give) => answers.push(give)) }, waiting);
});
afterEach(() => void vi.useRealTimers());

const nothing: Given = { ok: false, code: 'unreachable' };

test('what is answered within a second is not spoken of', async () => {
  const answer = api.hours();
  await vi.advanceTimersByTimeAsync(999);
  expect(waiting.long).toBe(false);
  answers[0]?.(nothing);
  expect(await answer).toBe(nothing);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(waiting.long).toBe(false);
});

test('what takes longer is, until the last of it is there', async () => {
  const both = [api.hours(), api.hours()];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(waiting.long).toBe(true);
  answers[0]?.(nothing);
  await both[0];
  expect(waiting.long).toBe(true);
  answers[1]?.(nothing);
  await both[1];
  expect(waiting.long).toBe(false);
});

test('a call that fails is over too', async () => {
  const failed = waiting.over(new Promise((_, fail) => setTimeout(() => fail(new Error('gone')), 2_000)));
  const told = expect(failed).rejects.toThrow('gone');
  await vi.advanceTimersByTimeAsync(1_500);
  expect(waiting.long).toBe(true);
  await vi.advanceTimersByTimeAsync(500);
  await told;
  expect(waiting.long).toBe(false);
});
