// The sentences for the small closed vocabularies of staff.
import { t } from '../../i18n/texts.svelte';
import type { StaffState, TransferState } from '../../platform/api';
import type { INVITED_AS } from '../../state/staff.svelte';
import { trouble } from '../words';

export function staffState(state: StaffState): string {
  return {
    uninvited: () => t('staff-state-uninvited'),
    invited: () => t('staff-state-invited'),
    active: () => t('staff-state-active'),
    ended: () => t('staff-state-ended'),
  }[state]();
}

export function roleHint(role: (typeof INVITED_AS)[number]): string {
  return {
    case_manager: () => t('staff-role-hint-case-manager'),
    supervisor: () => t('staff-role-hint-supervisor'),
    administrator: () => t('staff-role-hint-administrator'),
    custodian: () => t('staff-role-hint-custodian'),
  }[role]();
}

export function transferState(state: TransferState): string {
  return {
    offered: () => t('transfers-state-offered'),
    accepted: () => t('transfers-state-accepted'),
    declined: () => t('transfers-state-declined'),
    withdrawn: () => t('transfers-state-withdrawn'),
    expired: () => t('transfers-state-expired'),
    void: () => t('transfers-state-void'),
  }[state]();
}

/** What to say when something about staff or their clients was refused. */
export function staffTrouble(code: string): string {
  switch (code) {
    case 'serves_clients':
      return t('staff-serves');
    case 'account_state':
      return t('staff-account-state');
    case 'transfer_gone':
      return t('transfers-gone');
    case 'transfer_open':
      return t('transfers-taken');
    case 'only_manager':
      return t('handover-only');
    default:
      return trouble(code);
  }
}
