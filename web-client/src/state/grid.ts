// A worker's day as a column by the clock: where each visit stands in it and how wide, which hours are
// shown, and where a visit may be put. Pure: no clock, no zone, no DOM.
//
// A place is counted in minutes of the wall clock since midnight, read from the texts that the server
// told; a column has 1440 of them on every day. On a day of 23 hours the row of the skipped hour is
// there and stays empty: a visit put into it is refused by the server, which offers the next time that
// exists. On a day of 25 hours one row stands for the hour that comes twice: visits of the first and
// of the second time stand side by side in it, and `twice` says that each needs its offset to be told
// from the other. A visit is drawn as long as it lasts, so one that runs through a change of the
// clocks, like one that runs past midnight, ends elsewhere than the clock will say.
import type { Appointment, WorkingHours } from '../platform/api';
import { weekday } from './days';

export const DAY_MINUTES = 1_440;
/** What a visit is moved by. */
export const STEP_MINUTES = 15;
const HOUR = 60;
/** A visit is drawn at least so long, so that a finger or a shaky hand meets it. */
const DRAWN_MINUTES_MIN = 20;
/** What is shown if nobody said when they can be booked. */
const ORDINARY: Stretch = { from: 8 * HOUR, until: 18 * HOUR };
/** So much is shown around what there is: a place to put something. */
const AROUND = HOUR;

/** Some time of a day, minutes since midnight; `until` is no longer in it. */
export interface Stretch {
  from: number;
  until: number;
}

/** Where a visit stands in its day. */
export interface Place extends Stretch {
  visit: Appointment;
  /** Which of the lanes beside each other, the first is 0. */
  lane: number;
  /** How many there are at that time. */
  lanes: number;
  /** The clocks show its time twice, and somebody else has the other one. */
  twice: boolean;
}

/** "2026-12-01T10:05" is 605. */
export function minuteOf(civil: string): number {
  return Number(civil.slice(11, 13)) * HOUR + Number(civil.slice(14, 16));
}

/** 605 of a day is "2026-12-01T10:05"; its end is told as the midnight it is. */
export function civilOf(day: string, minute: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${day}T${two(Math.floor(minute / HOUR) % 24)}:${two(minute % HOUR)}`;
}

/** A time as much later or earlier as one time of another clock is than another one of it. */
export function shifted(civil: string, from: string, to: string): string {
  const count = (text: string): number => Date.parse(`${text.slice(0, 16)}Z`);
  return new Date(count(civil) + count(to) - count(from)).toISOString().slice(0, 16);
}

function meet(one: Stretch, other: Stretch): boolean {
  return one.from < other.until && other.from < one.until;
}

/** The visits of one day, soonest first, those at the same time beside each other. */
export function placed(visits: readonly Appointment[]): Place[] {
  const places = visits.map((visit): Place => {
    const from = minuteOf(visit.yours.civil);
    const until = Math.min(from + Math.max(visit.minutes, DRAWN_MINUTES_MIN), DAY_MINUTES);
    return { visit, from, until, lane: 0, lanes: 1, twice: false };
  });
  // By the wall clock; in the hour that comes twice, the first time first.
  places.sort((a, b) => a.from - b.from || a.visit.start - b.visit.start);
  let crowd: Place[] = [];
  for (const place of places) {
    if (!crowd.some((other) => meet(place, other))) crowd = [];
    const taken = new Set(crowd.filter((other) => meet(place, other)).map(({ lane }) => lane));
    while (taken.has(place.lane)) place.lane += 1;
    crowd.push(place);
    const lanes = Math.max(...crowd.map(({ lane }) => lane + 1));
    for (const other of crowd) other.lanes = lanes;
    place.twice = doubled(place, crowd);
    for (const other of crowd) other.twice ||= doubled(other, [place]);
  }
  return places.sort((a, b) => a.visit.start - b.visit.start);
}

function doubled(place: Place, others: readonly Place[]): boolean {
  return others.some((other) => meet(place, other) && other.visit.yours.offset !== place.visit.yours.offset);
}

/** When a worker can be booked on a day: that date's hours if it has its own, else the weekday's. */
export function openOn(day: string, { weekly, dated }: WorkingHours): Stretch[] {
  const own = dated.find(({ date }) => date === day)?.open;
  const open = own ?? weekly.filter((one) => one.weekday === weekday(day)).map((one) => one.open);
  return open
    .map(({ from, until }) => ({ from: minuteOf(`${day}T${from}`), until: minuteOf(`${day}T${until}`) }))
    .sort((a, b) => a.from - b.from);
}

/** The hours to show, so that everything is in them with an hour around it: from one full hour to another. */
export function rowsOf(shown: readonly Stretch[]): Stretch {
  const all = shown.length === 0 ? [ORDINARY] : shown;
  const first = Math.min(...all.map(({ from }) => from)) - AROUND;
  const last = Math.max(...all.map(({ until }) => until)) + AROUND;
  return {
    from: Math.max(Math.floor(first / HOUR) * HOUR, 0),
    until: Math.min(Math.ceil(last / HOUR) * HOUR, DAY_MINUTES),
  };
}

/** The full hours at which a row begins. */
export function hoursIn({ from, until }: Stretch): number[] {
  return Array.from({ length: (until - from) / HOUR }, (_, at) => from + at * HOUR);
}

/** The nearest quarter of an hour at which a visit may begin. */
export function snapped(minute: number, within: Stretch = { from: 0, until: DAY_MINUTES }): number {
  const nearest = Math.round(minute / STEP_MINUTES) * STEP_MINUTES;
  return Math.min(Math.max(nearest, within.from), within.until - STEP_MINUTES);
}

/** How far a visit is moved. */
export interface Step {
  days: number;
  /** In quarters of an hour. */
  quarters: number;
}

/** What an arrow key moves by; null for any other. */
export function stepOf(key: string, rightToLeft: boolean): Step | null {
  const on = rightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowUp':
      return { days: 0, quarters: -1 };
    case 'ArrowDown':
      return { days: 0, quarters: 1 };
    case 'ArrowLeft':
      return { days: -on, quarters: 0 };
    case 'ArrowRight':
      return { days: on, quarters: 0 };
    default:
      return null;
  }
}

/** A visit that began at an odd minute goes to the next quarter of an hour in that direction first. */
export function stepped(minute: number, quarters: number): number {
  const round = quarters < 0 ? Math.ceil : Math.floor;
  return snapped((round(minute / STEP_MINUTES) + quarters) * STEP_MINUTES);
}

/**
 * The visit to go to from another by a key: up and down through all of them day by day, to the side to
 * the one nearest in time on the next day that has any, Home and End to the first and the last.
 */
export function neighbour(days: readonly Place[][], id: string, key: string, rightToLeft: boolean): string | null {
  const all = days.flat().map(({ visit }) => visit.id);
  if (key === 'Home' || key === 'End') return all.at(key === 'Home' ? 0 : -1) ?? null;
  const step = stepOf(key, rightToLeft);
  if (step === null) return null;
  if (step.days === 0) return all[all.indexOf(id) + step.quarters] ?? null;
  const at = days.findIndex((places) => places.some(({ visit }) => visit.id === id));
  const from = days[at]?.find(({ visit }) => visit.id === id)?.from ?? 0;
  const beyond = step.days > 0 ? days.slice(at + 1) : days.slice(0, Math.max(at, 0)).reverse();
  const near = beyond.find((places) => places.length > 0) ?? [];
  const apart = (place: Place): number => Math.abs(place.from - from);
  return [...near].sort((a, b) => apart(a) - apart(b))[0]?.visit.id ?? null;
}
