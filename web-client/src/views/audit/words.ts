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
  team: () => t('act-team'),
  place: () => t('act-place'),
  callOff: () => t('act-call-off'),
  undone: () => t('act-undo-cancel'),
  close: () => t('act-close'),
  bookable: () => t('act-bookable'),
  feed: () => t('act-feed'),
  answer: () => t('act-answer'),
  preferences: () => t('act-preferences'),
  preferencesChanged: () => t('act-preferences-changed'),
  consent: () => t('act-consent'),
  consentEnded: () => t('act-consent-ended'),
  assign: () => t('act-assign'),
  assignEnded: () => t('act-assign-ended'),
  transfer: () => t('act-transfer'),
  staff: () => t('act-staff'),
  relate: () => t('act-relate'),
  audit: () => t('act-audit'),
  export: () => t('act-export'),
  list: () => t('act-list'),
  device: () => t('act-device'),
  opened: () => t('act-open-device'),
  signIn: () => t('act-sign-in'),
  passkey: () => t('act-passkey'),
  signOut: () => t('act-sign-out'),
  mail: () => t('act-mail'),
  mailIn: () => t('act-mail-in'),
  task: () => t('act-task'),
  keys: () => t('act-keys'),
  intake: () => t('act-intake'),
  acts: () => t('act-acts'),
  erase: () => t('act-erase'),
  job: () => t('act-job'),
  other: () => t('act-other'),
} as const;
type Kind = keyof typeof NAMES;

const KINDS: Record<string, Kind> = {
  deliver: 'messages', read_inbox: 'messages', read_log: 'messages', read_history: 'messages',
  append: 'message', send_ephemeral: 'message', acknowledge_urgent: 'message',
  read_circle: 'circle', read_welcome: 'circle', read_group_info: 'circle', report_distress: 'circle',
  plan_circle: 'circleChanged', name_member: 'circleChanged', found_circle: 'circleChanged', commit: 'circleChanged',
  claim_key_packages: 'circleChanged', leave_circle: 'circleChanged', reset_circle: 'circleChanged',
  read_appointments: 'visits', read_visit_mails: 'visits', read_visit_zones: 'visits', list_appointments: 'visits', find_slots: 'visits', open_link: 'visits',
  list_booking_links: 'visits', open_booking_link: 'visits', hold_by_link: 'visits', hold_time: 'visits', let_times_go: 'visits', book_by_link: 'book',
  make_booking_link: 'bookable', revoke_booking_link: 'bookable',
  read_calendar_feed: 'list', open_calendar_feed: 'visits', make_calendar_feed: 'feed', end_calendar_feed: 'feed',
  book_series: 'book', book_appointment: 'book', move_appointment: 'move', change_team: 'team', change_place: 'place', cancel_appointment: 'callOff', close_appointment: 'close',
  undo_cancel: 'undone',
  read_hours: 'list', list_visit_types: 'list', list_closures: 'list', set_hours: 'bookable', change_visit_types: 'bookable', change_closures: 'bookable',
  reply_to_appointment: 'answer', reply_by_link: 'answer',
  read_preferences: 'preferences', change_preferences: 'preferencesChanged', change_contact: 'preferencesChanged', opt_out_by_link: 'preferencesChanged',
  open_address_link: 'preferences', answer_address_link: 'preferencesChanged', ask_address: 'preferencesChanged',
  open_stop_link: 'preferences', choose_update_mails: 'preferencesChanged',
  record_consent: 'consent', withdraw_consent: 'consentEnded',
  assign: 'assign', end_assignment: 'assignEnded', relate: 'relate', read_caseloads: 'list',
  offer_transfer: 'transfer', answer_transfer: 'transfer', withdraw_transfer: 'transfer', list_transfers: 'list',
  list_staff: 'list', invite_staff: 'staff', change_role: 'staff', end_sessions: 'staff', end_account: 'staff',
  add_person: 'staff', invite: 'staff',
  query_audit: 'audit', query_client_audit: 'audit', read_access: 'audit', export_audit: 'export',
  list_people: 'list', list_circles: 'list', list_uninvited: 'list',
  list_devices: 'device', remove_idle_device: 'device', revoke_device: 'device', give_up_device: 'device', begin_enrolment: 'device', offer_device: 'device',
  approve_device: 'device', decline_device: 'device', collect_enrolment: 'device', put_certificate: 'device',
  read_vault: 'device', put_vault: 'device', make_recovery_code: 'device', replace_identity: 'device', open_recovery: 'device',
  recover_device: 'device', put_key_packages: 'device', issue_new_keys: 'device',
  open_device: 'opened',
  redeem_invitation: 'signIn', renew_session: 'signIn', connect: 'signIn', sign_in: 'signIn', read_session: 'signIn', ask_password: 'signIn', show_password: 'signIn', sign_out: 'signOut',
  end_other_sessions: 'signOut',
  list_authenticators: 'passkey', register_authenticator: 'passkey', end_authenticator: 'passkey',
  lease_deliveries: 'mail', settle_deliveries: 'mail', take_mail: 'mailIn', list_tasks: 'task', finish_task: 'task',
  add_client: 'intake', add_caregiver: 'intake', invite_person: 'intake', read_intake: 'intake',
  confirm_person: 'intake', end_invitation: 'intake', await_confirmation: 'signIn',
  record_representation: 'acts', end_representation: 'acts',
  list_keys: 'keys', rotate_keys: 'keys', revoke_key: 'keys', change_root_key: 'keys', rotate_removal_key: 'keys',
  rotate_agency_key: 'keys',
  erase_client: 'erase',
  list_jobs: 'list', change_job: 'job', create_agency: 'staff', ask_job: 'job', run_job: 'job', watch_clock: 'job', confirm_clock: 'job', read_outages: 'list', note_call: 'task',
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
