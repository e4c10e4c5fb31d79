// Dates and times as people read them, in the viewer's own zone. A day has its weekday.
import type { Language } from './texts.svelte';

/** "14:05" or "2:05 PM": beside a message, under its day. */
export function clock(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/** "Tuesday, March 3, 2026 at 2:05 PM CST": on hover. */
export function full(atMs: number, language: Language): string {
  const format = {
    weekday: 'long', year: 'numeric', month: 'long', day: 'numeric',
    hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
  } as const;
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
