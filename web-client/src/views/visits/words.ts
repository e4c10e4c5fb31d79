// The sentences for the small closed vocabularies of visits.
import { t } from '../../i18n/texts.svelte';
import type {
  AppointmentKind, AppointmentState, CancelReason, Participant, TaskKind,
} from '../../platform/api';

export function kindName(kind: AppointmentKind): string {
  return {
    video: () => t('kind-video'),
    phone: () => t('kind-phone'),
    office: () => t('kind-office'),
    home: () => t('kind-home'),
    community: () => t('kind-community'),
  }[kind]();
}

export const kindIcon: Record<AppointmentKind, 'video' | 'phone' | 'pin'> = {
  video: 'video', phone: 'phone', office: 'pin', home: 'pin', community: 'pin',
};

export function visitState(state: AppointmentState): string {
  return {
    requested: () => t('visit-requested'),
    held: () => t('visit-held'),
    booked: () => t('visit-booked'),
    checked_in: () => t('visit-checked-in'),
    in_progress: () => t('visit-in-progress'),
    completed: () => t('visit-completed'),
    no_show: () => t('visit-no-show'),
    cancelled: () => t('visit-cancelled'),
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

export function taskName(kind: TaskKind, name: string): string {
  return {
    asked_for_another_time: () => t('task-asked', { name }),
    called_off: () => t('task-called-off', { name }),
    declined: () => t('task-declined', { name }),
    cannot_reach_by_email: () => t('task-unreachable', { name }),
    device_idle: () => t('task-device-idle', { name }),
  }[kind]();
}
