// Times that the server tells, as people read them. The server's clock text is formatted as if it
// were UTC: nothing here computes with zones, whose laws this browser may not know yet. What they call a
// zone's clocks is the browser's to say, as long as it knows these as the server does.
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

/** "Thursday, November 26 – Friday, November 27, 2026"; of one day, that day. */
export function toldSpan(first: string, last: string, language: Language): string {
  return range(first, last, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }, language);
}

/** "November 30 – December 6, 2026": of a week, whose days are known. */
export function toldWeek(first: string, last: string, language: Language): string {
  return range(first, last, { dateStyle: 'long' }, language);
}

function range(first: string, last: string, options: Intl.DateTimeFormatOptions, language: Language): string {
  const whole = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
  return whole.formatRange(Date.parse(`${first}T00:00Z`), Date.parse(`${last}T00:00Z`));
}

/** "New York" of "America/New_York": the city that a zone is named after. */
export function zoneCity(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A zone, and if known the time that is told by it. */
type Clock = Pick<LocalTime, 'zone'> & Partial<LocalTime>;

/** Many places share a name: these show the time that it means. */
const NAMED_AFTER = [
  'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Anchorage', 'America/Halifax',
];

/**
 * "Central Time": what people call a zone's clocks, all year long. Null where they have no name but a distance from UTC,
 * and where the name would be an hour wrong: laws change, and neither this browser nor its names may know yet.
 */
export function zoneName({ zone, civil, offset }: Clock, language: Language): string | null {
  const atMs = civil === undefined || offset === undefined ? Date.now() : Date.parse(`${civil.slice(0, 16)}${offset}`);
  const name = zonePart(zone, 'longGeneric', atMs, language);
  const shown = offsetOf(zone, atMs);
  if (name === null || /^(GMT|UTC)/.test(name) || (offset !== undefined && offset !== shown)) return null;
  const others = NAMED_AFTER.filter((other) => zonePart(other, 'longGeneric', atMs, language) === name);
  return others.every((other) => offsetOf(other, atMs) === shown) ? name : null;
}

/** What people call a zone's clocks, else the city that it is named after. */
export function zoneTold(clock: Clock, language: Language): string {
  return zoneName(clock, language) ?? zoneCity(clock.zone);
}

/** "-06:00", as this browser knows it. */
function offsetOf(zone: string, atMs: number): string | null {
  const told = zonePart(zone, 'longOffset', atMs, 'en');
  return told === 'GMT' ? '+00:00' : (told?.replace('GMT', '') ?? null);
}

function zonePart(timeZone: string, timeZoneName: 'longGeneric' | 'longOffset', atMs: number, language: Language): string | null {
  try {
    const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName }).formatToParts(atMs);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? null;
  } catch {
    // No zone that this browser knows.
    return null;
  }
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
