import { expect, test } from 'vitest';
import type { Answer, Api, HoursSaved, WorkingHours } from '../platform/api';
import { Hours, backwards } from './hours.svelte';

const SAVED: WorkingHours = {
  zone: 'America/Chicago',
  weekly: [
    { weekday: 1, open: { from: '13:00', until: '24:00' } },
    { weekday: 1, open: { from: '09:00', until: '12:00' } },
    { weekday: 5, open: { from: '09:00', until: '12:00' } },
  ],
  dated: [
    { date: '2026-12-31', open: [{ from: '10:00', until: '11:00' }] },
    { date: '2026-12-24', open: [] },
  ],
};

function over(sent: WorkingHours[], refusal: string | null = null): Hours {
  const put = (written: WorkingHours): Promise<Answer<HoursSaved>> => {
    sent.push(written);
    if (refusal !== null) return Promise.resolve({ ok: false, code: refusal });
    return Promise.resolve({ ok: true, body: { hours: written, outside: 2 } });
  };
  const api = { hours: () => Promise.resolve({ ok: true, body: SAVED }), putHours: put };
  return new Hours(api as unknown as Api);
}

test('what was saved stands by weekday and date, in order, and goes back as it came', async () => {
  const sent: WorkingHours[] = [];
  const hours = over(sent);
  await hours.load();
  expect(hours.week.map(({ open }) => open.length)).toEqual([2, 0, 0, 0, 1, 0, 0]);
  expect(hours.week[0]?.open.map(({ from, until }) => [from, until])).toEqual([['09:00', '12:00'], ['13:00', '00:00']]);
  expect(hours.others.map(({ date }) => date)).toEqual(['2026-12-24', '2026-12-31']);
  expect(await hours.save()).toBeNull();
  expect(hours.outside).toBe(2);
  expect(sent[0]?.weekly).toEqual([SAVED.weekly[1], SAVED.weekly[0], SAVED.weekly[2]]);
});

test('a day gets the ordinary hours, then an hour after a pause', async () => {
  const hours = over([]);
  await hours.load();
  const tuesday = hours.week[1];
  if (tuesday === undefined) throw new Error('a week has a Tuesday');
  hours.add(tuesday.open);
  hours.add(tuesday.open);
  expect(tuesday.open.map(({ from, until }) => [from, until])).toEqual([['09:00', '17:00'], ['18:00', '19:00']]);
  const [first] = tuesday.open;
  if (first !== undefined) hours.remove(tuesday.open, first);
  expect(tuesday.open.map(({ from }) => from)).toEqual(['18:00']);
});

test('Monday is copied to the working days, and each is its own from then on', async () => {
  const hours = over([]);
  await hours.load();
  hours.copyMonday();
  expect(hours.week.map(({ open }) => open.length)).toEqual([2, 2, 2, 2, 2, 0, 0]);
  const [monday, tuesday] = hours.week;
  if (monday?.open[0] !== undefined) monday.open[0].from = '08:00';
  expect(tuesday?.open[0]?.from).toBe('09:00');
});

test('a date that was left empty is not sent, and a refusal keeps what was written', async () => {
  const sent: WorkingHours[] = [];
  const hours = over(sent, 'zone_unknown');
  await hours.load();
  hours.zone = 'Mars/Nowhere';
  hours.addDay();
  expect(await hours.save()).toBe('zone_unknown');
  expect(sent[0]?.dated.length).toBe(2);
  expect(hours.zone).toBe('Mars/Nowhere');
  expect(hours.outside).toBeNull();
  const [day] = hours.others;
  if (day !== undefined) hours.removeDay(day);
  expect(hours.others.length).toBe(2);
});

test('what is written while the server takes its time stays', async () => {
  let answer = (): void => undefined;
  const api = {
    hours: () => Promise.resolve({ ok: true, body: SAVED }),
    putHours: (hours: WorkingHours) =>
      new Promise((resolve) => (answer = () => resolve({ ok: true, body: { hours, outside: 0 } }))),
  };
  const hours = new Hours(api as unknown as Api);
  await hours.load();
  const saving = hours.save();
  const friday = hours.week[4]?.open[0];
  if (friday === undefined) throw new Error('a week has a Friday');
  friday.until = '15:00';
  answer();
  expect(await saving).toBeNull();
  expect(hours.week[4]?.open[0]?.until).toBe('15:00');
  expect(hours.written.weekly.at(-1)?.open.until).toBe('15:00');
});

test('what the server does not take is known before it is sent', async () => {
  const hours = over([]);
  await hours.load();
  const judge = (from: string, until: string): boolean => backwards({ from, until });
  expect([judge('09:00', '17:00'), judge('13:00', '00:00'), judge('00:00', '00:00'), judge('', '09:00')]).not.toContain(true);
  expect([judge('13:00', '12:00'), judge('09:00', '09:00')]).not.toContain(false);
  const [first] = hours.others;
  hours.addDay();
  hours.addDay();
  const [, , third, fourth] = hours.others;
  if (first === undefined || third === undefined || fourth === undefined) throw new Error('there are four dates');
  expect([hours.twice(third), hours.twice(fourth)], 'no date yet').toEqual([false, false]);
  third.date = first.date;
  expect([hours.twice(first), hours.twice(third)]).toEqual([false, true]);
});
