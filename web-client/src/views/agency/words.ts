// What jobs and their words are to people.
import { t } from '../../i18n/texts.svelte';
import type { JobName, JobOutcome, Misfire, Step } from '../../platform/api';
import { trouble } from '../words';

export const MISFIRES: readonly Misfire[] = ['run_once', 'skip', 'catch_up'];

export function jobName(name: JobName): string {
  return {
    agenda: () => t('job-agenda'),
    retention: () => t('job-retention'),
    re_resolve: () => t('job-re-resolve'),
    reconciliation: () => t('job-reconciliation'),
    series: () => t('job-series'),
    digest: () => t('job-digest'),
  }[name]();
}

export function jobHint(name: JobName): string {
  return {
    agenda: () => t('job-agenda-hint'),
    retention: () => t('job-retention-hint'),
    re_resolve: () => t('job-re-resolve-hint'),
    reconciliation: () => t('job-reconciliation-hint'),
    series: () => t('job-series-hint'),
    digest: () => t('job-digest-hint'),
  }[name]();
}

export function misfireName(misfire: Misfire): string {
  return {
    run_once: () => t('misfire-run-once'),
    skip: () => t('misfire-skip'),
    catch_up: () => t('misfire-catch-up'),
  }[misfire]();
}

export function outcomeName(outcome: JobOutcome): string {
  return {
    done: () => t('job-outcome-done'),
    failed: () => t('job-outcome-failed'),
    skipped: () => t('job-outcome-skipped'),
  }[outcome]();
}

export function stepName(step: Step): string {
  return {
    invitation: () => t('step-invitation'),
    three_days: () => t('step-three-days'),
    one_day: () => t('step-one-day'),
    one_hour: () => t('step-one-hour'),
    room_open: () => t('step-room-open'),
    cancellation: () => t('step-cancellation'),
    agenda: () => t('step-agenda'),
    unread: () => t('step-unread'),
    digest: () => t('step-digest'),
  }[step]();
}

/** What to say when an expression was refused. */
export function jobTrouble(code: string): string {
  switch (code) {
    case 'cron_fields':
      return t('cron-fields');
    case 'cron_malformed':
      return t('cron-malformed');
    case 'cron_both_days':
      return t('cron-both-days');
    case 'cron_never':
      return t('cron-never');
    default:
      return trouble(code);
  }
}
