import { expect, test } from 'vitest';
import {
  lasting, toldClock, toldDay, toldFull, toldMoment, toldShort, toldSpan, toldWeek, zoneCity, zoneName, zoneNamed, zoneTold,
} from './told';

const plain = (text: string): string => text.replaceAll(/\s/g, ' ');
const at = { civil: '2026-12-01T10:00', offset: '-06:00', zone: 'America/Chicago' };
const NOW = Date.UTC(2026, 10, 22);

test('the server\'s clock text is shown as it is, whatever zone this browser is in', () => {
  const before = process.env['TZ'];
  for (const zone of ['America/Chicago', 'Asia/Kathmandu', 'Pacific/Apia']) {
    process.env['TZ'] = zone;
    expect(plain(toldFull(at, 'en')), zone).toBe('Tuesday, December 1, 2026 at 10:00 AM');
    // Times that clocks here skip or show twice are shown all the same.
    expect(plain(toldClock({ civil: '2026-03-08T02:30' }, 'en')), zone).toBe('2:30 AM');
    expect(toldDay('2011-12-30', NOW, 'en'), zone).toBe('Friday, December 30, 2011');
  }
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

test('both languages say weekday and date, and the year if it is another', () => {
  expect(toldDay(at.civil, NOW, 'en')).toBe('Tuesday, December 1');
  expect(toldDay(at.civil, NOW, 'es')).toBe('martes, 1 de diciembre');
  expect(toldDay('2027-01-05', NOW, 'en')).toBe('Tuesday, January 5, 2027');
  expect(toldClock(at, 'es')).toBe('10:00');
  expect(toldClock(at, 'en')).toBe('10:00\u00a0AM');
  expect(plain(toldMoment(at, 'en'))).toBe('Tuesday, December 1 at 10:00 AM');
  expect(plain(toldShort(at, 'en'))).toBe('Tue 10:00 AM');
  expect(toldMoment(at, 'es')).toBe('martes, 1 de diciembre, 10:00');
  expect(plain(toldWeek('2026-11-30', '2026-12-06', 'en'))).toBe('November 30 – December 6, 2026');
  expect(plain(toldSpan('2026-11-26', '2026-11-27', 'en'))).toBe('Thursday, November 26 – Friday, November 27, 2026');
  expect(plain(toldSpan('2026-11-26', '2026-11-26', 'es'))).toBe('jueves, 26 de noviembre de 2026');
  expect(lasting(30, 'es')).toBe('30 minutos');
});

test('a zone is known by its city, and what cannot be read is shown as it came', () => {
  expect(zoneCity('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
  expect(zoneCity('UTC')).toBe('UTC');
  expect(toldDay('soon', NOW, 'en')).toBe('soon');
});

test('clocks are called as people call them in their language, in winter and in summer', () => {
  expect(zoneName(at, 'en')).toBe('Central Time');
  expect(zoneName({ ...at, civil: '2026-07-01T10:00', offset: '-05:00' }, 'en')).toBe('Central Time');
  expect(zoneName(at, 'es')).toBe('hora central');
  expect(zoneName({ zone: 'America/Indiana/Indianapolis' }, 'en')).toBe('Eastern Time');
  expect(zoneTold(at, 'en')).toBe('Central Time');
});

test('clocks without a name are told by their city, and so are those that keep to it no longer', () => {
  for (const zone of ['UTC', 'Etc/GMT+6', 'Mars/Nowhere']) expect(zoneName({ zone }, 'en'), zone).toBe(null);
  expect(zoneTold({ zone: 'Mars/No_Where' }, 'es')).toBe('No Where');
  // The clocks of British Columbia are not put back any more: whether this browser knows or not, they are not Pacific Time.
  const vancouver = { civil: '2026-12-01T10:00', offset: '-07:00', zone: 'America/Vancouver' };
  expect(zoneName(vancouver, 'en')).toBe(null);
  expect(zoneTold(vancouver, 'en')).toBe('Vancouver');
});

test('a city that is typed is a zone, and what fits none is the server\'s to refuse', () => {
  expect(zoneNamed(' new york ')).toBe('America/New_York');
  expect(zoneNamed('America/Denver')).toBe('America/Denver');
  expect(zoneNamed('Mars/Nowhere')).toBe('Mars/Nowhere');
});
