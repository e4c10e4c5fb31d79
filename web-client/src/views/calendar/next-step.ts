// Where what a task asks for is done, as one tap: its visit with the form that is needed, a booking, an offer.
import { t } from '../../i18n/texts.svelte';
import type { Task } from '../../platform/api';
import type { Route, VisitAct } from '../../state/router.svelte';

export interface NextStep {
  words: string;
  route: Route;
}

/** What each kind of task leads to; null: there is nothing to open but the client's page. */
const LEADS: Record<Task['kind'], VisitAct | 'see' | 'gaps' | 'offer' | null> = {
  asked_for_another_time: 'move',
  clocks_changed: 'move',
  outcome_due: 'close',
  called_off: 'book',
  no_show: 'book',
  declined: 'see',
  cannot_reach_by_email: 'see',
  client_assigned: 'see',
  answered_by_mail: 'see',
  call_client: 'book',
  transfer_offered: 'offer',
  series_conflict: 'gaps',
  device_idle: null,
  transfer_accepted: null,
  transfer_declined: null,
  transfer_expired: null,
};

export function nextStep({ kind, client: person, appointment }: Task): NextStep | null {
  const lead = LEADS[kind];
  if (lead === null) return null;
  if (lead === 'offer') return { words: t('task-offered-open'), route: { name: 'transfers' } };
  if (lead === 'gaps') return { words: t('task-go-move'), route: { name: 'person', person } };
  if (lead === 'book') return { words: t('next-book-again'), route: { name: 'person', person, act: 'book' } };
  if (appointment === null || appointment === undefined) return null;
  const route = { name: 'person', person, visit: appointment } as const;
  return {
    see: () => ({ words: t('task-go-see'), route }),
    move: () => ({ words: t('task-go-move'), route: { ...route, act: 'move' } as const }),
    close: () => ({ words: t('task-go-close'), route: { ...route, act: 'close' } as const }),
  }[lead]();
}
