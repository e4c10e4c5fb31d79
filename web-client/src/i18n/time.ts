// Dates and times as people read them: always with the weekday, in the viewer's own zone.
import type { Language } from './texts.svelte';

/** "14:05" or "2:05 PM". */
export function clock(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/** "Tue 2:05 PM": beside a message. */
export function weekdayClock(atMs: number, language: Language): string {
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' }).format(atMs);
  return `${weekday} ${clock(atMs, language)}`;
}

/** "Tuesday, March 3, 2026 at 2:05 PM Central Standard Time": spoken and on hover. */
export function full(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' }).format(atMs);
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
