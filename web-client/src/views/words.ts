// The sentences for the small closed vocabularies: roles, states, codes.
import type { MemberState, Role } from '../core/types.gen';
import { t, type Language } from '../i18n/texts.svelte';
import type { ConsentBasis } from '../platform/api';

export function roleName(role: Role): string {
  return {
    client: () => t('role-client'),
    caregiver: () => t('role-caregiver'),
    case_manager: () => t('role-case-manager'),
    supervisor: () => t('role-supervisor'),
    administrator: () => t('role-administrator'),
    custodian: () => t('role-custodian'),
  }[role]();
}

export function stateName(state: MemberState): string {
  return {
    invited: () => t('member-invited'),
    confirmed: () => t('member-confirmed'),
    left: () => t('member-left'),
  }[state]();
}

export function basisName(basis: ConsentBasis): string {
  return {
    verbal: () => t('basis-verbal'),
    written: () => t('basis-written'),
    legal: () => t('basis-legal'),
  }[basis]();
}

/** What to say when a sign-in link does not work. */
export function linkTrouble(code: string): { title: string; body: string } {
  switch (code) {
    case 'invitation_expired':
      return { title: t('link-expired-title'), body: t('link-expired-body') };
    case 'invitation_used':
      return { title: t('link-used-title'), body: t('link-used-body') };
    case 'turned_away':
      return { title: t('link-ended-title'), body: t('link-ended-body') };
    case 'enrolment_gone':
      return { title: t('link-gone-title'), body: t('link-gone-body') };
    case 'enrolment_taken':
      return { title: t('link-taken-title'), body: t('link-taken-body') };
    case 'invitation_unknown':
    case 'bad_request':
    case 'not_found':
      return { title: t('link-unknown-title'), body: t('link-unknown-body') };
    case 'signature_invalid':
    case 'certificate_invalid':
      return { title: t('link-forged-title'), body: t('link-forged-body') };
    case 'not_stored':
      return { title: t('link-failed-title'), body: t('halted-unwritable') };
    default:
      return { title: t('link-failed-title'), body: t('link-failed-body') };
  }
}

/** What to say when something else was refused. */
export function trouble(code: string): string {
  switch (code) {
    case 'not_allowed':
    case 'not_found':
    case 'not_on_roster':
      return t('trouble-not-allowed');
    case 'consent_required':
      return t('trouble-consent');
    case 'not_confirmed':
      return t('trouble-not-confirmed');
    case 'name_too_long':
    case 'too_large':
      return t('trouble-too-long');
    case 'signed_out':
      return t('trouble-signed-out');
    case 'authenticator_required':
    case 'step_up_required':
      return t('trouble-step-up');
    case 'sign_in_refused':
      return t('trouble-passkey');
    case 'ceremony_gone':
      return t('trouble-passkey-late');
    case 'authenticator_kept':
      return t('trouble-passkey-kept');
    case 'rate_limited':
      return t('trouble-slow-down');
    case 'not_stored':
      return t('halted-unwritable');
    case 'unreachable':
      return t('trouble-unreachable');
    case 'slot_taken':
      return t('trouble-slot-taken');
    case 'not_available':
      return t('trouble-not-available');
    case 'series_conflicts':
      return t('trouble-series');
    case 'rule_invalid':
      return t('trouble-rule');
    case 'time_past':
      return t('trouble-time-past');
    case 'time_in_gap':
      return t('trouble-time-gap');
    case 'time_malformed':
      return t('trouble-time');
    case 'zone_unknown':
      return t('trouble-zone');
    case 'meeting_link_invalid':
      return t('trouble-meeting-link');
    case 'email_invalid':
      return t('trouble-email');
    case 'phone_invalid':
      return t('trouble-phone');
    case 'appointment_changed':
      return t('trouble-visit-changed');
    case 'appointment_state':
      return t('trouble-visit-over');
    case 'too_late':
      return t('visit-too-late');
    case 'history_not_set':
      return t('trouble-history');
    case 'judged':
    case 'rollback':
      return t('trouble-stopped');
    default:
      return t('trouble-other');
  }
}

/** Who came into a circle. */
export function joined(names: string[], language: Language): string {
  const list = new Intl.ListFormat(language).format(names);
  return t('note-joined', { names: list, count: names.length });
}
