// Who else of the staff comes along to a visit.
import type { Appointment, PersonCard } from '../platform/api';

/** The most who come along (protocol `APPOINTMENT_STAFF_MAX`). */
export const TEAM_MAX = 5;
/** Of so many names one is looked for. */
export const LOOK_FROM = 9;

/** By name; with something to look for, whose names have it in them, and whoever is chosen already. */
export function fitting(
  colleagues: readonly PersonCard[], look: string, chosen: readonly string[], language: string,
): PersonCard[] {
  const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase(language);
  const wanted = plain(look.trim());
  return colleagues
    .filter(({ account, name }) => chosen.includes(account) || plain(name).includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name, language));
}

/** The accounts of the staff who take part in a visit besides this person. */
export function besides({ participants }: Appointment, person: string | undefined): string[] {
  return participants
    .filter((one) => one.role === 'case_manager' && one.person !== person)
    .flatMap(({ account }) => account ?? []);
}

/** The accounts of the staff who come along with whoever is booked. */
export function along({ participants }: Appointment): string[] {
  return participants
    .filter((one) => one.role === 'case_manager' && one.booked !== true)
    .flatMap(({ account }) => account ?? []);
}

/** The name of whoever is booked. */
export function bookedWith({ participants }: Appointment): string | undefined {
  return participants.find((one) => one.booked === true)?.name;
}

/** Who can come along to a visit: colleagues, the reader themselves, and whoever comes now; not whoever is booked. */
export function comers(
  { participants }: Appointment, colleagues: readonly PersonCard[], me: PersonCard | null,
): PersonCard[] {
  const booked = participants.find((one) => one.booked === true)?.account;
  const now = participants.flatMap(({ account, person, name, role }) => (account ? [{ account, person, name, role }] : []));
  const all = [...colleagues, ...(me === null ? [] : [me]), ...now];
  const one = new Map(all.map((card) => [card.account, card]));
  return [...one.values()].filter(({ account }) => account !== booked);
}
