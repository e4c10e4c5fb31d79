// Where one goes for a visit that is neither by video nor by phone.
import type { AppointmentKind } from '../platform/api';

/** As many characters a place has at most (protocol `PLACE_CHARS_MAX`). */
export const PLACE_CHARS_MAX = 200;

export function hasPlace(kind: AppointmentKind): boolean {
  return kind !== 'video' && kind !== 'phone';
}

/** What was typed, for a visit of that kind; null: no place. */
export function placeOf(kind: AppointmentKind, typed: string): string | null {
  const place = typed.trim();
  return hasPlace(kind) && place !== '' ? place : null;
}
