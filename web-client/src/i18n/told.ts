// Times that the server tells, as people read them. The server's clock text is formatted as if it
// were UTC: nothing here computes with zones, whose laws this browser may not know yet.
import type { LocalTime } from '../platform/api';
import type { Language } from './texts.svelte';

function format(civil: string, options: Intl.DateTimeFormatOptions, language: Language): string {
  const at = Date.parse(`${civil.length === 10 ? `${civil}T00:00` : civil.slice(0, 16)}Z`);
  // What cannot be read is shown as it came.
  if (Number.isNaN(at)) return civil;
  const words = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).format(at);
  // "10:00 AM" stays in one line.
  return words.replace(/\s(?=[AP]M$)/, '\u00a0');
}

/** "Tuesday, December 1", of a time or of a calendar day; with the year if it is not this one. */
export function toldDay(civil: string, nowMs: number, language: Language): string {
  const year = civil.slice(0, 4) === String(new Date(nowMs).getFullYear()) ? {} : ({ year: 'numeric' } as const);
  return format(civil, { weekday: 'long', month: 'long', day: 'numeric', ...year }, language);
}

/** "Tuesday, December 1, 2026 at 10:00 AM". */
export function toldFull({ civil }: LocalTime, language: Language): string {
  const options = {
    weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit',
  } as const;
  return format(civil, options, language);
}

/** "Tuesday, December 1 at 10:00 AM": of days whose year stands above. */
export function toldMoment({ civil }: Pick<LocalTime, 'civil'>, language: Language): string {
  const options = { weekday: 'long', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return format(civil, options, language);
}

/** "Tue 10:00 AM": where there is no room for more. */
export function toldShort({ civil }: Pick<LocalTime, 'civil'>, language: Language): string {
  return format(civil, { weekday: 'short', hour: 'numeric', minute: '2-digit' }, language);
}

/** "Tuesday" of a number from 1 (Monday) to 7 (ISO 8601). */
export function weekdayName(weekday: number, language: Language): string {
  // The first of January 2024 was a Monday.
  return format(`2024-01-0${String(weekday)}`, { weekday: 'long' }, language);
}

/** "10:00 AM". */
export function toldClock({ civil }: Pick<LocalTime, 'civil'>, language: Language): string {
  return format(civil, { hour: 'numeric', minute: '2-digit' }, language);
}

/** "November 30 – December 6, 2026". */
export function toldSpan(first: string, last: string, language: Language): string {
  const whole = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return whole.formatRange(Date.parse(`${first}T00:00Z`), Date.parse(`${last}T00:00Z`));
}

/** "New York" of "America/New_York": the city that a zone is named after. */
export function zoneCity(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** "30 minutes". */
export function lasting(minutes: number, language: Language): string {
  const unit = { style: 'unit', unit: 'minute', unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(language, unit).format(minutes);
}

/** The zones that this browser can name; the server knows them all and decides. */
export function zoneNames(): string[] {
  return typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
}

/** The zone of a city, or the one with that name; what fits none stays as it was typed: the server decides. */
export function zoneNamed(typed: string): string {
  const wanted = typed.trim().toLowerCase();
  const zone = zoneNames().find((one) => [one, zoneCity(one)].some((name) => name.toLowerCase() === wanted));
  return zone ?? typed.trim();
}
