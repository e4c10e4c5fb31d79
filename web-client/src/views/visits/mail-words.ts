// What became of a mail about a visit and why, to staff.
import { t, type Language } from '../../i18n/texts.svelte';
import { toldFull } from '../../i18n/told';
import type { MailReason, VisitMail } from '../../platform/api';

/** What it is for: "Reminder, the day before". */
export function mailName({ step, series = false }: Pick<VisitMail, 'step' | 'series'>): string {
  return {
    invitation: () => (series ? t('mail-series') : t('mail-invitation')),
    three_days: () => t('mail-three-days'),
    one_day: () => t('mail-one-day'),
    one_hour: () => t('mail-one-hour'),
    room_open: () => t('mail-room-open'),
    cancellation: () => t('mail-cancellation'),
    // About no visit.
    agenda: () => t('mail-other'),
    unread: () => t('mail-other'),
    digest: () => t('mail-other'),
  }[step]();
}

const NEWS = new Set<VisitMail['step']>(['invitation', 'cancellation']);

/** Why it did not come, or comes at another time, in a sentence or two. */
export function mailWhy(reason: MailReason, step: VisitMail['step']): string {
  return {
    quiet_hours: () => t('mail-why-night'),
    safe_hours: () => t('mail-why-safe-hours'),
    clock_jump: () => t('mail-why-clock'),
    deferred: () => t('mail-why-busy'),
    outcome_unknown: () => t('mail-why-unknown'),
    confirmed: () => t('mail-why-confirmed'),
    declined: () => t('mail-why-declined'),
    opted_out: () => t('mail-why-opted-out'),
    no_consent: () => t('mail-why-no-consent'),
    left: () => t('mail-why-left'),
    over: () => t('mail-why-over'),
    fresh: () => t('mail-why-fresh'),
    series: () => t('mail-why-series'),
    never_told: () => t('mail-why-never-told'),
    no_link: () => t('mail-why-no-link'),
    changed: () => t('mail-why-changed'),
    superseded: () => t('mail-why-superseded'),
    too_late: () => t('mail-why-too-late'),
    // News of a visit is somebody's task then.
    outside_safe_hours: () => (NEWS.has(step) ? t('mail-why-outside-call') : t('mail-why-outside')),
    no_address: () => t('mail-why-no-address'),
    address_unconfirmed: () => t('mail-why-unconfirmed'),
    address_refused: () => t('mail-why-refused'),
    rejected: () => t('mail-why-rejected'),
    unreadable: () => t('mail-why-broken'),
    unwritable: () => t('mail-why-broken'),
    nothing_to_say: () => t('mail-why-nothing'),
  }[reason]();
}

/** What became of it, and why. */
export function mailTold({ step, at, state, reason }: VisitMail, language: Language): string {
  const time = at === null || at === undefined ? '' : toldFull(at, language);
  const became = {
    planned: () => t('mail-planned', { time }),
    leased: () => t('update-mail-leased'),
    sent: () => t('mail-sent', { time }),
    skipped: () => t('update-mail-skipped'),
    cancelled: () => t('update-mail-skipped'),
    failed: () => t('update-mail-failed'),
  }[state]();
  return reason === null || reason === undefined ? became : `${became} ${mailWhy(reason, step)}`;
}
