// The sentences for the small closed vocabularies of visits.
import { t, type Language } from '../../i18n/texts.svelte';
import { weekdayName, zoneCity } from '../../i18n/told';
import type {
  AppointmentKind, AppointmentState, BookingLinkState, CancelReason, NextStep, Participant, RepeatsTold, Scope, Task,
  VisitZone,
} from '../../platform/api';

/** What a link to a visit asks for: to see it, to move it, to say how it went. */
export type Opens = 'see' | 'move' | 'close';

export function kindName(kind: AppointmentKind): string {
  return {
    video: () => t('kind-video'),
    phone: () => t('kind-phone'),
    office: () => t('kind-office'),
    home: () => t('kind-home'),
    community: () => t('kind-community'),
    court: () => t('kind-court'),
  }[kind]();
}

/** By whose clock a visit is agreed, or that somebody chose another than the usual one. */
export function clockWords(usual: VisitZone | undefined, zone: string): string {
  if (usual === undefined) return t('visit-zone-hint');
  const chosen = zone.trim();
  if (chosen !== '' && chosen !== usual.zone) return t('visit-zone-other', { city: zoneCity(usual.zone) });
  return usual.site ? t('visit-zone-site') : t('visit-zone-client');
}

export const kindIcon: Record<AppointmentKind, 'video' | 'phone' | 'pin'> = {
  video: 'video', phone: 'phone', office: 'pin', home: 'pin', community: 'pin', court: 'pin',
};

export function visitState(state: AppointmentState): string {
  return {
    booked: () => t('visit-booked'),
    completed: () => t('visit-completed'),
    no_show: () => t('visit-no-show'),
    cancelled: () => t('visit-cancelled'),
  }[state]();
}

/** How a booking link stands; `until`: how long it works. */
export function linkState(state: BookingLinkState, until: string): string {
  return {
    open: () => t('booking-link-open', { time: until }),
    used: () => t('booking-link-used'),
    expired: () => t('booking-link-expired'),
    revoked: () => t('booking-link-revoked'),
    void: () => t('booking-link-void'),
  }[state]();
}

/** What somebody else has said about coming. */
export function answerOf({ response, asked_at }: Participant): string {
  if (asked_at !== null && asked_at !== undefined) return t('answer-asked');
  return {
    needs_action: () => t('answer-none'),
    accepted: () => t('answer-yes'),
    declined: () => t('answer-no'),
    tentative: () => t('answer-asked'),
  }[response]();
}

export function reasonName(reason: CancelReason): string {
  return {
    client: () => t('reason-client'),
    agency: () => t('reason-agency'),
    mistake: () => t('reason-mistake'),
    other: () => t('reason-other'),
  }[reason]();
}

export function nextStepName(step: NextStep): string {
  return {
    none: () => t('next-none'),
    book_again: () => t('next-book-again'),
    call: () => t('next-call'),
    refer: () => t('next-refer'),
    other: () => t('next-other'),
  }[step]();
}

export function scopeName(scope: Scope): string {
  return {
    this: () => t('scope-this'),
    this_and_later: () => t('scope-later'),
    all: () => t('scope-all'),
  }[scope]();
}

/** "the second Tuesday"; the last one if it is counted from the end. */
export function nthDay(nth: number, weekday: number, language: Language): string {
  return t('repeats-nth', { nth, day: weekdayName(weekday, language) });
}

/** "every two weeks"; with the days where the visit's own day does not say them. */
export function repeatsName({ frequency, interval, days, shift_days }: RepeatsTold, language: Language): string {
  const how = {
    daily: () => t('repeats-days', { count: interval }),
    weekly: () => t('repeats-weeks', { count: interval }),
    monthly: () => t('repeats-months', { count: interval }),
  }[frequency]();
  const named = days.map(({ nth, weekday }) =>
    nth === null || nth === undefined ? weekdayName(weekday, language) : nthDay(nth, weekday, language),
  );
  if (shift_days !== 0 || named.length === 0 || (frequency === 'weekly' && named.length === 1)) return how;
  return t('repeats-on', { how, days: new Intl.ListFormat(language).format(named) });
}

export function taskName(task: Pick<Task, 'kind' | 'person_name' | 'why' | 'appointment'>): string {
  const name = task.person_name;
  if (task.why === 'outside_safe_hours') return t('task-outside-hours', { name });
  if (task.why === 'no_address') return t('task-no-address', { name });
  if (task.why === 'unconfirmed') return t('task-unconfirmed', { name });
  return {
    asked_for_another_time: () => t('task-asked', { name }),
    called_off: () => t('task-called-off', { name }),
    declined: () => t('task-declined', { name }),
    cannot_reach_by_email: () => t('task-unreachable', { name }),
    device_idle: () => t('task-device-idle', { name }),
    client_assigned: () => (task.appointment ? t('task-visit-left', { name }) : t('task-assigned', { name })),
    transfer_offered: () => t('task-offered', { name }),
    transfer_accepted: () => t('task-taken', { name }),
    transfer_declined: () => t('task-refused', { name }),
    transfer_expired: () => t('task-late', { name }),
    outcome_due: () => t('task-outcome', { name }),
    clocks_changed: () => t('task-clocks', { name }),
    series_conflict: () => t('task-series', { name }),
    answered_by_mail: () => t('task-wrote', { name }),
    no_show: () => t('task-no-show', { name }),
    call_client: () => t('task-call', { name }),
  }[task.kind]();
}

const NOT_REACHED: Record<string, () => string> = {
  outside_safe_hours: () => t('task-outside-hours-why'),
  no_address: () => t('task-no-address-why'),
  unconfirmed: () => t('task-unconfirmed-why'),
  not_theirs: () => t('address-disowned'),
};

/** What is behind a task and what to do about it, where its name does not say so. */
export function taskWhy(task: Pick<Task, 'kind' | 'person_name' | 'why' | 'appointment'>): string | null {
  const why = NOT_REACHED[task.why ?? ''];
  if (why !== undefined) return why();
  if (task.kind === 'client_assigned') return task.appointment ? t('task-visit-left-why', { name: task.person_name }) : null;
  const words: Partial<Record<Task['kind'], () => string>> = {
    cannot_reach_by_email: () => t('task-unreachable-why'),
    device_idle: () => t('task-device-why'),
    no_show: () => t('task-no-show-why'),
    call_client: () => t('task-call-why'),
    clocks_changed: () => t('task-clocks-why'),
    series_conflict: () => t('task-series-why'),
  };
  return words[task.kind]?.() ?? null;
}
