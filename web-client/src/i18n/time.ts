// Dates and times as people read them, in the viewer's own zone. A day has its weekday.
import type { Language } from './texts.svelte';

/** "14:05" or "2:05 PM": beside a message, under its day. */
export function clock(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/**
 * "Tuesday, March 3, 2026 at 2:05 PM Central Time". `long` says "Central Standard Time": an hour that comes twice, when
 * clocks go back, is told apart.
 */
export function full(atMs: number, language: Language, timeZoneName: 'longGeneric' | 'long' = 'longGeneric'): string {
  const format = {
    weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName,
  } as const;
  return new Intl.DateTimeFormat(language, format).format(atMs);
}

/** "Tuesday, March 3 at 2:05 PM": something of these days. */
export function moment(atMs: number, language: Language): string {
  const format = { weekday: 'long', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(language, format).format(atMs);
}

/** "Tuesday, March 3". */
export function day(atMs: number, language: Language): string {
  const format = { weekday: 'long', month: 'long', day: 'numeric' } as const;
  return new Intl.DateTimeFormat(language, format).format(atMs);
}

/** "March 3, 2026". */
export function date(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(atMs);
}

/** For the list: the time if today, else the short weekday and date. */
export function brief(atMs: number, nowMs: number, language: Language): string {
  if (new Date(atMs).toDateString() === new Date(nowMs).toDateString()) return clock(atMs, language);
  const format = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  return new Intl.DateTimeFormat(language, format).format(atMs);
}

/** "0.8 seconds", "3 minutes", "2 hours": how long something took. */
export function lasted(ms: number, language: Language): string {
  const [unit, size] = (
    [['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]] as const
  ).find(([, size]) => ms >= size) ?? (['second', 1_000] as const);
  const maximumFractionDigits = unit === 'second' ? 1 : 0;
  const format = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits } as const;
  return new Intl.NumberFormat(language, format).format(ms / size);
}
