// Calendar days ("2026-12-01") as people count them. Pure: no clock, no zone.

/** Whether a text is a calendar day that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** A calendar day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Monday is 1, Sunday is 7 (ISO 8601). */
export function weekday(day: string): number {
  return new Date(`${day}T00:00Z`).getUTCDay() || 7;
}

/** The next day that is no Saturday or Sunday: a first guess for a booking. */
export function nextWorkday(day: string): string {
  const next = addDays(day, 1);
  return weekday(next) > 5 ? addDays(next, 8 - weekday(next)) : next;
}

/** The calendar day of a moment where this browser is. */
export function dayHere(nowMs: number): string {
  const at = new Date(nowMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
