import { beforeEach, describe, expect, test, vi } from 'vitest';
import { instant, localTime } from '../../doubles/clock';
import { refusing } from '../../doubles/refusing';
import { people } from '../../doubles/story';
import type { Answer, Api, Appointment, Preferences, Refused } from '../platform/api';
import { Calendar, daysOf, stepped } from './calendar.svelte';
import { dayHere, isDay, nextWorkday } from './days';
import { MailPreferences } from './mail-preferences.svelte';
import { ToDo } from './tasks.svelte';
import { TimeChoice } from './times.svelte';
import { Visits, endMs, joinSoon, meetingLink, partOf, readMine, shelve, tooLate } from './visits.svelte';

const CHICAGO = 'America/Chicago';
const START = instant('2026-12-01T10:00', CHICAGO);
const at = localTime(START, CHICAGO);

function visit(over: Partial<Appointment> = {}): Appointment {
  return {
    id: 'v', client: people.maria.person, client_name: people.maria.name, kind: 'video', state: 'booked',
    sequence: 3, start: START * 1_000, minutes: 30, at, yours: at, participants: [],
    meeting_link: 'https://meet.example/a', cancelled: null, closed: null, visit_type: null,
    may_change: true, may_close: false, may_reply: true, ...over,
  };
}
const good = <Body>(body: Body): Promise<Answer<Body>> => Promise.resolve({ ok: true, body });
const bad = (code: string, more: Partial<Refused> = {}): Promise<Answer<never>> =>
  Promise.resolve({ ok: false, code, ...more });

describe('a list of visits', () => {
  const asked: { id: string; op_id: string; sequence: number }[] = [];
  let answers: Promise<Answer<Appointment>>[] = [];
  let listed: Appointment[] = [];
  const api: Api = {
    ...refusing,
    reply: (id, { op_id, sequence }) => {
      asked.push({ id, op_id, sequence });
      return answers.shift() ?? bad('unreachable');
    },
  };
  let visits: Visits;
  beforeEach(async () => {
    asked.length = 0;
    answers = [];
    listed = [visit()];
    visits = new Visits(api, () => good({ appointments: listed }));
    await visits.load();
  });

  test('a lost reply is sent again under the same id, and names the sequence that was seen', async () => {
    answers = [bad('unreachable'), good(visit({ may_change: false }))];
    expect(await visits.reply(visit(), 'confirm', START)).toMatchObject({ code: 'unreachable' });
    expect(await visits.reply(visit(), 'confirm', START)).toBeNull();
    expect(asked.map(({ op_id }) => op_id)).toEqual([asked[0]?.op_id, asked[0]?.op_id]);
    expect(asked[0]).toMatchObject({ id: 'v', sequence: 3 });
    expect(visits.list[0]?.may_change).toBe(false);
  });

  test('whoever acts for the client says so, and nobody else does', async () => {
    const said: (boolean | undefined)[] = [];
    const hearing: Api = {
      ...api,
      reply: (_id, { for_client }) => {
        said.push(for_client);
        return good(visit());
      },
    };
    const read = (): Promise<Answer<{ appointments: Appointment[] }>> => good({ appointments: [visit()] });
    await new Visits(hearing, read).reply(visit(), 'confirm', START);
    await new Visits(hearing, read, true).reply(visit(), 'confirm', START);
    expect(said).toEqual([undefined, true]);
  });

  test('what changed meanwhile is read again beside the refusal', async () => {
    listed = [visit({ sequence: 4 })];
    answers = [bad('appointment_changed')];
    expect(await visits.reply(visit(), 'confirm', START)).toMatchObject({ code: 'appointment_changed' });
    expect(visits.list[0]?.sequence).toBe(4);
  });

  test('a form goes on from the visit that it began with, until it was refused because somebody changed that', async () => {
    const begun = visit();
    listed = [visit({ sequence: 4 })];
    await visits.load();
    expect(visits.goingOn(begun, null)).toBe(begun);
    expect(visits.goingOn(begun, { code: 'unreachable' })).toBe(begun);
    expect(visits.goingOn(begun, { code: 'appointment_changed' }).sequence).toBe(4);
  });

  test('a cancel can be taken back for ten minutes', async () => {
    const off = visit({ state: 'cancelled', cancelled: 'client', may_reply: false });
    answers = [good(off), good(visit())];
    expect(visits.undoable(off, START)).toBe(false);
    await visits.reply(visit(), 'cancel', START);
    expect(visits.undoable(off, START + 599_999)).toBe(true);
    expect(visits.undoable(off, START + 600_000)).toBe(false);
    expect(visits.cancelledHere(off)).toBe(true);
    await visits.reply(off, 'undo', START + 1);
    expect(visits.undoable(off, START + 2)).toBe(false);
    // The server knows too, also after the page was opened again.
    expect(visits.undoable({ ...off, may_reply: true }, START)).toBe(true);
  });

  test('a list that was asked for before a change does not undo it', async () => {
    const waiting: ((answer: Answer<{ appointments: Appointment[] }>) => void)[] = [];
    const slow = new Visits(api, () => new Promise((resolve) => waiting.push(resolve)));
    const loading = slow.load();
    slow.take(visit({ id: 'new' }));
    waiting[0]?.({ ok: true, body: { appointments: [visit({ id: 'old' })] } });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    expect(slow.list.map(({ id }) => id)).toEqual(['new']);
    waiting[1]?.({ ok: true, body: { appointments: [visit({ id: 'old' }), visit({ id: 'new' })] } });
    await loading;
    expect(slow.list.map(({ id }) => id)).toEqual(['old', 'new']);
    expect(slow.progress).toBe('ready');
  });

  test('is cut into what comes, what is off, and what is over', () => {
    const off = visit({ id: 'off', state: 'cancelled' });
    const past = visit({ id: 'past', start: (START - 86_400_000) * 1_000 });
    const shelves = shelve([past, visit(), off], START);
    expect([shelves.next, shelves.off, shelves.over].map((list) => list.map(({ id }) => id))).toEqual([['v'], ['off'], ['past']]);
    // A visit under way is still the next one.
    expect(shelve([visit()], endMs(visit()) - 1).next).toHaveLength(1);
    expect(shelve([visit()], endMs(visit())).over).toHaveLength(1);
  });

  test('only a link by https to a visit that is on is offered, first of all when it begins soon', () => {
    expect(meetingLink(visit())).toBe('https://meet.example/a');
    for (const meeting_link of ['javascript:alert(1)', 'http://meet.example', ' https://x', null]) {
      expect(meetingLink(visit({ meeting_link }))).toBeNull();
    }
    expect(meetingLink(visit({ state: 'cancelled' }))).toBeNull();
    expect([-15 * 60_000 - 1, -15 * 60_000, 30 * 60_000].map((ms) => joinSoon(visit(), START + ms))).toEqual([false, true, false]);
  });

  test('two hours before, a visit that takes no answers is one to call about', () => {
    const closed = visit({ may_reply: false });
    expect(tooLate(closed, START - 7_200_000)).toBe(true);
    expect(tooLate(closed, START - 7_200_001)).toBe(false);
    expect(tooLate(visit(), START)).toBe(false);
  });

  test('somebody who takes no part has no part', () => {
    expect(partOf(visit(), undefined)).toBeUndefined();
  });
});

describe('choosing a time', () => {
  const start = { day: '2026-12-01', time: '', zone: CHICAGO, minutes: 30 };

  test('an offered time fills the form and forgets the refusal', async () => {
    const searched: string[] = [];
    const times = new TimeChoice({ ...refusing, slots: ({ from, zone }) => (searched.push(`${from} ${zone}`), good({ slots: [] })) }, start);
    times.refused = { code: 'slot_taken' };
    times.take({ civil: '2026-12-02T11:15', offset: '-07:00', zone: 'America/Denver' });
    expect(times.wanted).toEqual({ civil_start: '2026-12-02T11:15', zone: 'America/Denver', minutes: 30 });
    expect(times.refused).toBeNull();
    await vi.waitFor(() => expect(searched).toEqual(['2026-12-02 America/Denver']));
    times.zone = '  ';
    expect(times.wanted.zone).toBeNull();
  });

  test('an answer for a day that is no longer chosen is dropped', async () => {
    const waiting: ((answer: Answer<{ slots: [] | { start: number; at: typeof at }[] }>) => void)[] = [];
    const times = new TimeChoice({ ...refusing, slots: () => new Promise((resolve) => waiting.push(resolve)) }, start);
    const [first, second] = [times.find(), times.find()];
    waiting[1]?.({ ok: true, body: { slots: [{ start: 1, at }] } });
    waiting[0]?.({ ok: false, code: 'unreachable' });
    await Promise.all([first, second]);
    expect(times.search).toBe('found');
    expect(times.free).toHaveLength(1);
    times.day = '2026-02-30';
    await times.find();
    expect(times.search).toBe('none');
  });
});

describe('one\'s own visits', () => {
  test('are those of a month back and half a year ahead, each once', async () => {
    const asked: { from: string; days: number }[] = [];
    const api: Api = { ...refusing, appointments: (span) => (asked.push(span), good({ appointments: [visit(), visit({ id: span.from })] })) };
    const mine = await readMine(api, '2026-12-01');
    const [first] = asked;
    expect(first).toEqual({ from: '2026-11-01', days: 62 });
    asked.reduce((before, next) => {
      expect(Date.parse(next.from) - Date.parse(before.from)).toBe(62 * 86_400_000);
      return next;
    });
    expect(asked.length * 62).toBeGreaterThanOrEqual(30 + 26 * 7);
    expect(mine.ok && mine.body.appointments.map(({ id }) => id)).toEqual(['v', ...asked.map(({ from }) => from)]);
  });

  test('are refused as a whole: half a list would be wrong', async () => {
    let calls = 0;
    const api: Api = { ...refusing, appointments: () => (++calls === 2 ? bad('unreachable') : good({ appointments: [visit()] })) };
    expect(await readMine(api, '2026-12-01')).toMatchObject({ ok: false, code: 'unreachable' });
  });
});

describe('the calendar', () => {
  test('a week begins on Monday, whatever its day, and steps over months and years', () => {
    expect(daysOf('week', '2026-12-06')).toEqual(daysOf('week', '2026-11-30'));
    expect(daysOf('week', '2026-12-02')[0]).toBe('2026-11-30');
    expect(stepped('week', '2026-12-30', 1)).toBe('2027-01-06');
    expect(stepped('day', '2028-03-01', -1)).toBe('2028-02-29');
  });

  test('asks for the days that it shows, and puts each visit on its day as the server told it', async () => {
    const asked: unknown[] = [];
    const late = visit({ id: 'late', start: START * 1_000 + 1 });
    const off = visit({ id: 'off', state: 'cancelled', start: 1 });
    const api: Api = { ...refusing, appointments: (span) => (asked.push(span), good({ appointments: [late, off, visit()] })) };
    const calendar = new Calendar(api);
    await calendar.show('week', '2026-12-03');
    expect(asked).toEqual([{ from: '2026-11-30', days: 7 }]);
    expect(calendar.days.map(({ visits }) => visits.map(({ id }) => id))).toEqual([[], ['v', 'late', 'off'], [], [], [], [], []]);
  });

  test('knows which texts are days', () => {
    expect(['2028-02-29', '2027-02-29', '2026-13-01', '', '2026-1-1'].map(isDay)).toEqual([true, false, false, false, false]);
    expect(nextWorkday('2026-11-27')).toBe('2026-11-30');
    expect(nextWorkday('2026-11-30')).toBe('2026-12-01');
    expect(dayHere(new Date(2026, 0, 5, 23, 59).getTime())).toBe('2026-01-05');
  });
});

test('a task that is gone is done, one that was not answered stays', async () => {
  const task = { id: 't' } as never;
  const answers = [bad('unreachable'), bad('not_found')];
  const todo = new ToDo({ ...refusing, tasks: () => good({ tasks: [task] }), finishTask: () => answers.shift() ?? good(null) });
  await todo.load();
  expect(await todo.finish(task)).toBe('unreachable');
  expect(todo.tasks).toHaveLength(1);
  expect(await todo.finish(task)).toBeNull();
  expect(todo.tasks).toEqual([]);
});

test('what is said of mails is kept as written until the server has it', async () => {
  const held: Preferences = {
    language: 'en', zone: CHICAGO, disclosure: 'times', reminders: true, calendar_file: true, unread_mail: true,
  };
  const saved: Preferences[] = [];
  const answers = [bad('zone_unknown')];
  const preferences = new MailPreferences({
    ...refusing,
    preferences: () => good(held),
    savePreferences: (_person, request) => (saved.push(request), answers.shift() ?? good(request)),
  }, people.maria.person);
  await preferences.load();
  expect(preferences.changed).toBe(false);
  if (preferences.draft === null) throw new Error('nothing was read');
  preferences.draft.email = '  ';
  expect(preferences.changed).toBe(false);
  preferences.draft.email = ' maria.sample@example.org ';
  expect(await preferences.save()).toBe('zone_unknown');
  expect(preferences.changed).toBe(true);
  expect(await preferences.save()).toBeNull();
  expect(preferences.changed).toBe(false);
  expect(saved[1]).toMatchObject({ email: 'maria.sample@example.org', zone: CHICAGO });
});

test('an idle device is kept or taken out, each by its own request', async () => {
  const asked: string[] = [];
  const answered = (what: string) => (task: string) => {
    asked.push(`${what} ${task}`);
    return good(null);
  };
  const tasks = [{ id: 'a', kind: 'device_idle' }, { id: 'b', kind: 'device_idle' }] as never;
  const todo = new ToDo({
    ...refusing, tasks: () => good({ tasks }), finishTask: answered('keep'), removeIdleDevice: answered('remove'),
  });
  await todo.load();
  const [first, second] = todo.tasks;
  expect(await todo.finish(first as never)).toBeNull();
  expect(await todo.removeDevice(second as never)).toBeNull();
  expect(asked).toEqual(['keep a', 'remove b']);
  expect(todo.tasks).toEqual([]);
});
