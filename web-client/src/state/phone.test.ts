import { expect, test } from 'vitest';
import { refusing } from '../../doubles/refusing';
import { dialled, PhoneNumber } from './phone.svelte';

test('what is dialled are the digits, and a plus where the country is named', () => {
  expect(dialled('+1 (312) 555-0142')).toBe('tel:+13125550142');
  expect(dialled('312 555 0142')).toBe('tel:3125550142');
});

test('an empty field takes the number away, and what the server made of it is shown', async () => {
  const asked: (string | null | undefined)[] = [];
  const phone = new PhoneNumber(
    {
      ...refusing,
      phone: () => Promise.resolve({ ok: true, body: { number: '12345' } }),
      savePhone: (_person, { number }) => {
        asked.push(number);
        return Promise.resolve({ ok: true, body: { number: number === null ? null : '312 555 0142' } });
      },
    },
    'maria',
  );
  await phone.load();
  expect([phone.progress, phone.draft, phone.saved]).toEqual(['ready', '12345', '12345']);
  phone.draft = ' 312  555 0142 ';
  expect(await phone.save()).toBeNull();
  expect([phone.draft, phone.saved]).toEqual(['312 555 0142', '312 555 0142']);
  phone.draft = '  ';
  expect(await phone.save()).toBeNull();
  expect([phone.draft, phone.saved]).toEqual(['', '']);
  expect(asked).toEqual(['312  555 0142', null]);
});

test('what was refused stays in the field', async () => {
  const phone = new PhoneNumber(
    { ...refusing, savePhone: () => Promise.resolve({ ok: false, code: 'phone_invalid' }) },
    'maria',
  );
  phone.draft = 'none';
  expect(await phone.save()).toBe('phone_invalid');
  expect([phone.draft, phone.saved, phone.busy]).toEqual(['none', null, false]);
});

test('what is written while the server takes its time stays', async () => {
  let answer = (): void => undefined;
  const phone = new PhoneNumber(
    {
      ...refusing,
      savePhone: (_person, { number }) =>
        new Promise((resolve) => (answer = () => resolve({ ok: true, body: { number: number ?? null } }))),
    },
    'maria',
  );
  phone.draft = '312 555 0142';
  const saving = phone.save();
  phone.draft = '312 555 0143';
  answer();
  expect(await saving).toBeNull();
  expect([phone.draft, phone.saved]).toEqual(['312 555 0143', '312 555 0142']);
});
