import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import type { Api, Preferences } from '../platform/api';
import { MailPreferences, takesNoMail } from './mail-preferences.svelte';

const HELD: Preferences = {
  language: 'en', zone: 'America/Chicago', email: null, disclosure: 'times', reminders: true, calendar_file: true,
  unread_mail: true, safe_hours: null,
};

async function opened(held: Preferences): Promise<{ preferences: MailPreferences; saved: Preferences[] }> {
  const saved: Preferences[] = [];
  const api: Api = {
    ...refusing,
    preferences: () => Promise.resolve({ ok: true, body: held }),
    savePreferences: (_person, body) => (saved.push(body), Promise.resolve({ ok: true, body })),
  };
  const preferences = new MailPreferences(api, 'maria');
  await preferences.load();
  return { preferences, saved };
}

test('safe hours are written as times of the day', async () => {
  const { preferences, saved } = await opened(HELD);
  expect(preferences.safe.only).toBe(false);
  expect(preferences.changed).toBe(false);
  preferences.safe.only = true;
  preferences.safe.from = '09:30';
  preferences.safe.until = '13:00';
  expect(preferences.changed).toBe(true);
  expect(await preferences.save()).toBeNull();
  expect(saved[0]?.safe_hours).toEqual({ from: 570, until: 780 });
  expect(preferences.changed).toBe(false);
  preferences.safe.only = false;
  await preferences.save();
  expect(saved[1]?.safe_hours).toBeNull();
});

test('reminders of what is confirmed are wanted or not, and not by whoever never said', async () => {
  const { preferences, saved } = await opened(HELD);
  expect(preferences.changed).toBe(false);
  if (preferences.draft !== null) preferences.draft.confirmed_reminders = true;
  expect(preferences.changed).toBe(true);
  expect(await preferences.save()).toBeNull();
  expect(saved[0]?.confirmed_reminders).toBe(true);
  if (preferences.draft !== null) preferences.draft.confirmed_reminders = false;
  await preferences.save();
  expect(saved[1]?.confirmed_reminders).toBe(false);
});

test('the end of the day is midnight', async () => {
  const { preferences, saved } = await opened({ ...HELD, safe_hours: { from: 1_320, until: 1_440 } });
  expect(preferences.safe).toEqual({ only: true, from: '22:00', until: '00:00' });
  expect(preferences.changed).toBe(false);
  expect(await preferences.save()).toBeNull();
  expect(saved[0]?.safe_hours).toEqual({ from: 1_320, until: 1_440 });
});

test('hours that are too short, or end before they begin, are not sent', async () => {
  const { preferences, saved } = await opened(HELD);
  preferences.safe.only = true;
  for (const [from, until] of [['09:00', '10:45'], ['20:00', '08:00'], ['09:00', '09:00'], ['', '12:00']] as const) {
    Object.assign(preferences.safe, { from, until });
    expect(await preferences.save()).toBe('safe_hours');
  }
  expect(saved).toEqual([]);
  Object.assign(preferences.safe, { from: '09:00', until: '11:00' });
  expect(await preferences.save()).toBeNull();
});

test('what is taken back is as the server has it', async () => {
  const { preferences } = await opened({ ...HELD, safe_hours: { from: 600, until: 720 } });
  Object.assign(preferences.safe, { only: false, from: '01:00' });
  preferences.reset();
  expect(preferences.safe).toEqual({ only: true, from: '10:00', until: '12:00' });
});

test('whether mails reach the address is asked again after each change', async () => {
  let state: 'confirmed' | 'unconfirmed' = 'confirmed';
  const looked: string[] = [];
  const api: Api = {
    ...refusing,
    preferences: () => Promise.resolve({ ok: true, body: HELD }),
    savePreferences: (_person, body) => ((state = 'unconfirmed'), Promise.resolve({ ok: true, body })),
    address: (person) => (looked.push(person), Promise.resolve({ ok: true, body: { state, may_ask: true } })),
    askAddress: () => Promise.resolve({ ok: true, body: { state, may_ask: false } }),
  };
  const preferences = new MailPreferences(api, 'maria');
  await preferences.load();
  expect(preferences.address?.state).toBe('confirmed');
  if (preferences.draft !== null) preferences.draft.email = 'maria.elsewhere@example.org';
  await preferences.save();
  expect(preferences.address).toEqual({ state: 'unconfirmed', may_ask: true });
  expect(await preferences.askAddress()).toBeNull();
  expect(preferences.address).toEqual({ state: 'unconfirmed', may_ask: false });
  expect(looked).toEqual(['maria', 'maria']);
});

test('what is written while the server takes its time stays, and is still to be saved', async () => {
  const waiting: (() => void)[] = [];
  const saved: Preferences[] = [];
  const preferences = new MailPreferences(
    {
      ...refusing,
      preferences: () => Promise.resolve({ ok: true, body: HELD }),
      savePreferences: (_person, body) => {
        saved.push(body);
        return new Promise((resolve) => waiting.push(() => resolve({ ok: true, body })));
      },
    },
    'maria',
  );
  await preferences.load();
  const { draft } = preferences;
  if (draft === null) throw new Error('nothing was read');
  draft.disclosure = 'update';
  const saving = preferences.save();
  draft.reminders = false;
  waiting[0]?.();
  expect(await saving).toBeNull();
  expect(preferences.draft).toMatchObject({ disclosure: 'update', reminders: false });
  expect(preferences.changed).toBe(true);
  const again = preferences.save();
  waiting[1]?.();
  expect(await again).toBeNull();
  expect(saved.map(({ reminders }) => reminders)).toEqual([true, false]);
  expect(preferences.changed).toBe(false);
});

test('an address that is there and takes no mail is told from one that is not there', () => {
  const states = ['absent', 'unconfirmed', 'confirmed', 'refused', 'disowned'] as const;
  expect(states.filter(takesNoMail)).toEqual(['unconfirmed', 'refused', 'disowned']);
});
