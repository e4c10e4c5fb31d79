// What the acts of the audit log are to people. Several acts of the server are one thing to them.
import { t } from '../../i18n/texts.svelte';

const NAMES = {
  messages: () => t('act-messages'),
  message: () => t('act-message'),
  circle: () => t('act-circle'),
  circleChanged: () => t('act-circle-changed'),
  visits: () => t('act-visits'),
  book: () => t('act-book'),
  move: () => t('act-move'),
  callOff: () => t('act-call-off'),
  answer: () => t('act-answer'),
  preferences: () => t('act-preferences'),
  preferencesChanged: () => t('act-preferences-changed'),
  consent: () => t('act-consent'),
  consentEnded: () => t('act-consent-ended'),
  assign: () => t('act-assign'),
  relate: () => t('act-relate'),
  audit: () => t('act-audit'),
  export: () => t('act-export'),
  list: () => t('act-list'),
  device: () => t('act-device'),
  signIn: () => t('act-sign-in'),
  passkey: () => t('act-passkey'),
  signOut: () => t('act-sign-out'),
  mail: () => t('act-mail'),
  task: () => t('act-task'),
  keys: () => t('act-keys'),
  other: () => t('act-other'),
} as const;
type Kind = keyof typeof NAMES;

const KINDS: Record<string, Kind> = {
  deliver: 'messages', read_log: 'messages', read_history: 'messages',
  append: 'message', send_ephemeral: 'message', acknowledge_urgent: 'message',
  read_circle: 'circle', read_welcome: 'circle', read_group_info: 'circle', report_distress: 'circle',
  plan_circle: 'circleChanged', found_circle: 'circleChanged', commit: 'circleChanged',
  claim_key_packages: 'circleChanged', leave_circle: 'circleChanged', reset_circle: 'circleChanged',
  read_appointments: 'visits', list_appointments: 'visits', find_slots: 'visits', open_link: 'visits',
  book_appointment: 'book', move_appointment: 'move', cancel_appointment: 'callOff',
  reply_to_appointment: 'answer', reply_by_link: 'answer',
  read_preferences: 'preferences', change_preferences: 'preferencesChanged', opt_out_by_link: 'preferencesChanged',
  record_consent: 'consent', withdraw_consent: 'consentEnded',
  assign: 'assign', relate: 'relate',
  query_audit: 'audit', read_access: 'audit', export_audit: 'export',
  list_people: 'list', list_circles: 'list', list_uninvited: 'list',
  list_devices: 'device', revoke_device: 'device', begin_enrolment: 'device', offer_device: 'device',
  approve_device: 'device', decline_device: 'device', collect_enrolment: 'device', put_certificate: 'device',
  read_vault: 'device', put_vault: 'device', replace_identity: 'device', open_recovery: 'device',
  recover_device: 'device', put_key_packages: 'device', issue_new_keys: 'device',
  redeem_invitation: 'signIn', renew_session: 'signIn', connect: 'signIn', sign_in: 'signIn', sign_out: 'signOut',
  list_authenticators: 'passkey', register_authenticator: 'passkey', end_authenticator: 'passkey',
  lease_deliveries: 'mail', settle_deliveries: 'mail', list_tasks: 'task', finish_task: 'task',
  list_keys: 'keys', rotate_keys: 'keys', revoke_key: 'keys',
};

/** What an act is to people; `other` for what this client does not know. */
export function kindOf(act: string): Kind {
  return KINDS[act] ?? 'other';
}

/** An act in words, and whether it was stopped. */
export function deedName(act: string, denied: boolean): string {
  const name = NAMES[kindOf(act)]();
  return denied ? t('act-denied', { act: name }) : name;
}
