// Written by tests/src/vectors/types.rs. Do not edit by hand.

export type AccountId = string;
export type CircleId = string;
export type PersonId = string;
export type DeviceId = string;
export type Code = "malformed_frame" | "unknown_frame" | "text_frame" | "too_large" | "bad_request" | "name_too_long" | "not_found" | "signed_out" | "authenticator_required" | "step_up_required" | "not_confirmed" | "sign_in_refused" | "ceremony_gone" | "authenticator_kept" | "login_invalid" | "login_taken" | "not_allowed" | "origin_not_allowed" | "hello_expected" | "hello_timeout" | "ticket_invalid" | "signature_invalid" | "challenge_invalid" | "device_unknown" | "invitation_unknown" | "invitation_expired" | "invitation_used" | "confirmation_late" | "certificate_invalid" | "rate_limited" | "too_many_sockets" | "stale" | "generation" | "not_on_roster" | "pending_removals" | "missing_removals" | "rollback" | "era_over" | "wrap_missing" | "wrap_unwanted" | "history_not_set" | "mls_malformed" | "commit_invalid" | "judged" | "group_info_mismatch" | "welcome_mismatch" | "key_package_unclaimed" | "key_package_invalid" | "circle_founded" | "circle_status" | "consent_required" | "too_many_devices" | "enrolment_gone" | "enrolment_taken" | "recovery_unknown" | "vault_changed" | "succession_invalid" | "transfer_gone" | "transfer_open" | "serves_clients" | "only_manager" | "account_state" | "slot_taken" | "not_available" | "time_past" | "time_in_gap" | "time_malformed" | "rule_invalid" | "series_conflicts" | "zone_unknown" | "too_many_participants" | "meeting_link_invalid" | "email_invalid" | "phone_invalid" | "appointment_changed" | "appointment_state" | "too_late" | "link_gone" | "cron_fields" | "cron_malformed" | "cron_both_days" | "cron_never" | "busy" | "internal" | "silent" | "too_slow" | "shutting_down";
export type Role = "client" | "caregiver" | "case_manager" | "supervisor" | "administrator" | "custodian";
export type Urgency = "routine" | "urgent" | "crisis";
export type MemberState = "invited" | "confirmed" | "left";
export type IntakeState = "open" | "arrived" | "let_in" | "verified" | "over";
export type Input = { "kind": "command", 
/**
 * What.
 */
command: Command, } | { "kind": "opened" } | { "kind": "closed" } | { "kind": "frame", 
/**
 * The frame's bytes.
 */
bytes: Uint8Array, } | { "kind": "answer", 
/**
 * The request's number.
 */
id: number, 
/**
 * The HTTP status; 0 if the server could not be reached.
 */
status: number, 
/**
 * The body.
 */
body: Uint8Array, } | { "kind": "tick" };
export type Command = { "kind": "open_link", 
/**
 * The link.
 */
link: string, } | { "kind": "enrol" } | { "kind": "connect" } | { "kind": "send", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * The text, at most [`protocol::limits::TEXT_BYTES_MAX`] bytes.
 */
text: string, 
/**
 * How soon it wants an answer.
 */
urgency: Urgency, } | { "kind": "sign_out" } | { "kind": "sign_in" } | { "kind": "sign_sign_in", 
/**
 * 32 bytes of the server's making.
 */
ceremony: Uint8Array, } | { "kind": "add_device" } | { "kind": "approve_device" } | { "kind": "decline_device" } | { "kind": "revoke_device", 
/**
 * Which.
 */
device: DeviceId, } | { "kind": "report_stolen", 
/**
 * Which.
 */
device: DeviceId, } | { "kind": "invite_person", 
/**
 * Whom.
 */
person: PersonId, 
/**
 * Their account.
 */
account: AccountId, } | { "kind": "mail_invitation", 
/**
 * Whom.
 */
person: PersonId, 
/**
 * Their account.
 */
account: AccountId, 
/**
 * Where the mail goes.
 */
email: string, 
/**
 * In which language it speaks.
 */
language: "en" | "es", } | { "kind": "watch_intake", 
/**
 * Whose.
 */
person: string | null | undefined, } | { "kind": "confirm_person", 
/**
 * Whose invitation.
 */
person: PersonId, 
/**
 * The digits were compared.
 */
in_person: boolean, } | { "kind": "end_intake", 
/**
 * Whose.
 */
person: PersonId, } | { "kind": "make_recovery_code" } | { "kind": "recover", 
/**
 * The code; spaces, hyphens and case do not matter.
 */
code: string, } | { "kind": "reset_circle", 
/**
 * The circle.
 */
circle: CircleId, } | { "kind": "rejoin", 
/**
 * The circle.
 */
circle: CircleId, } | { "kind": "keep_history", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * Whether it is kept.
 */
keep: boolean, } | { "kind": "trust_new_key", 
/**
 * Whose.
 */
account: AccountId, } | { "kind": "verify_member", 
/**
 * Whose.
 */
account: AccountId, 
/**
 * What both saw.
 */
safety_number: string, } | { "kind": "look_again", 
/**
 * Whose.
 */
account: AccountId, } | { "kind": "ack_urgent", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * The message's place in the log.
 */
seq: number, } | { "kind": "typing", 
/**
 * The circle.
 */
circle: CircleId, } | { "kind": "read", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * The newest item's place in the log.
 */
seq: number, };
export type Step = { 
/**
 * Changes to the two tables of the device's store.
 */
delta: Delta, 
/**
 * What to do then, in order.
 */
effects: Array<Effect>, };
export type Delta = { 
/**
 * The table `state`: all of it is handed to [`crate::Device::open`].
 */
state: Array<Write>, 
/**
 * The table `items`: read page by page, opened by [`crate::Device::open_item`]. Keys are
 * `circle (16 bytes) || place (8 bytes)`, so that byte order within a circle is time order. A
 * deletion whose key is a circle alone (16 bytes) deletes every row of that circle; it comes
 * before any other row of the circle.
 */
items: Array<Write>, };
export type Write = { 
/**
 * The key.
 */
key: Uint8Array, 
/**
 * The sealed value; absent: delete the row.
 */
value: Uint8Array | null | undefined, };
export type Effect = { "kind": "send", 
/**
 * The frame's bytes.
 */
bytes: Uint8Array, } | { "kind": "request", 
/**
 * The request's number.
 */
id: number, 
/**
 * `GET`, `POST`, `PUT`, `DELETE`.
 */
method: string, 
/**
 * An absolute path.
 */
path: string, 
/**
 * The body's media type; absent without a body.
 */
media_type: string | null | undefined, 
/**
 * The body.
 */
body: Uint8Array, } | { "kind": "connect" } | { "kind": "disconnect" } | { "kind": "timer", 
/**
 * Milliseconds.
 */
after_ms: number, } | { "kind": "unseal", 
/**
 * The share: never told to people, never logged.
 */
share: Uint8Array, 
/**
 * It may be kept while the person is signed in, so that what is stored opens without the server.
 */
keep: boolean, } | { "kind": "event", 
/**
 * What.
 */
event: Event, };
export type Event = { "kind": "status", 
/**
 * The whole status.
 */
status: Status, } | { "kind": "invitation", 
/**
 * The person's name.
 */
name: string, 
/**
 * The role.
 */
role: Role, 
/**
 * The agency's name.
 */
agency: string, } | { "kind": "circles", 
/**
 * In the order of their titles.
 */
circles: Array<CircleView>, } | { "kind": "items", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * New or changed ones; merge by `id`.
 */
items: Array<Item>, } | { "kind": "devices", 
/**
 * The whole picture.
 */
devices: DevicesView, } | { "kind": "intake", 
/**
 * The whole picture.
 */
intake: IntakeView, } | { "kind": "sign_in_signed", 
/**
 * This device.
 */
device: DeviceId, 
/**
 * 32 bytes of its choosing.
 */
nonce: Uint8Array, 
/**
 * Its signature, 64 bytes.
 */
signature: Uint8Array, } | { "kind": "device_link", 
/**
 * A fragment: what follows the `#` of this server's address.
 */
link: string, 
/**
 * When it ends, milliseconds since 1970 UTC.
 */
expires_ms: number, } | { "kind": "enrolment", 
/**
 * Six digits.
 */
code: string, } | { "kind": "recovery_code", 
/**
 * 26 characters in groups, easy to read aloud.
 */
code: string, } | { "kind": "counters", 
/**
 * All of it.
 */
counters: Counters, } | { "kind": "typing", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * Who.
 */
account: AccountId, } | { "kind": "receipts", 
/**
 * The circle.
 */
circle: CircleId, 
/**
 * One for each account that said so.
 */
receipts: Array<Receipt>, } | { "kind": "problem", 
/**
 * The circle it concerns, if one.
 */
circle: string | null | undefined, 
/**
 * Stable.
 */
code: Code, 
/**
 * A sentence in English.
 */
detail: string, };
export type Status = { 
/**
 * Who this device belongs to, once enrolled.
 */
me: Me | null | undefined, 
/**
 * Whether it can reach the server.
 */
link: Link, 
/**
 * It came by an invitation, and its person waits to be confirmed.
 */
awaits: Awaits | null | undefined, 
/**
 * A new device is still on its way into its circles.
 */
joining: Joining | null | undefined, 
/**
 * What is stored in this browser does not open yet: the server has not said that it may.
 */
sealed: boolean, };
export type Me = { 
/**
 * The account.
 */
account: AccountId, 
/**
 * The person.
 */
person: PersonId, 
/**
 * The name.
 */
name: string, 
/**
 * The role.
 */
role: Role, 
/**
 * The agency's name.
 */
agency: string, 
/**
 * The account's own safety number.
 */
safety_number: string, };
export type Link = "idle" | "connecting" | "online" | "offline" | "signed_out" | "awaited" | "unproved";
export type CircleView = { 
/**
 * The circle.
 */
id: CircleId, 
/**
 * Its title.
 */
title: string, 
/**
 * Whether this device can read and write here.
 */
phase: CirclePhase, 
/**
 * Its people.
 */
members: Array<MemberView>, 
/**
 * What is wrong, if anything.
 */
trouble: Trouble | null | undefined, 
/**
 * Whether what was said before this device came in can be read here.
 */
history: History, 
/**
 * Whether messages are kept for devices that come later. If not, a new device starts empty
 * ([`super::Command::KeepHistory`]).
 */
keeps_history: boolean, 
/**
 * Somebody is being taken out: nothing is sent until that is done, which takes a moment.
 */
removing: boolean, 
/**
 * The newest item, for the list.
 */
newest: Item | null | undefined, };
export type CirclePhase = "waiting" | "ready" | "stopped";
export type MemberView = { 
/**
 * The account.
 */
account: AccountId, 
/**
 * The name, as the server tells it; empty if it does not name somebody who is in the group.
 */
name: string, 
/**
 * The role.
 */
role: Role, 
/**
 * How far they have come; `confirmed` means in the group by this device's own view.
 */
state: MemberState, 
/**
 * Their key was checked in person by a member, whose signature this device verified.
 */
verified: boolean, 
/**
 * By whom.
 */
verified_by: string | null | undefined, 
/**
 * When, milliseconds since 1970 UTC.
 */
verified_ms: number | null | undefined, 
/**
 * They came with new keys that no human has vouched for on this device.
 */
new_key: boolean, 
/**
 * The safety number of their key here, of the new one if they came with one; absent before any is
 * known. Thirty digits in six groups.
 */
safety_number: string | null | undefined, 
/**
 * This device's own person.
 */
me: boolean, };
export type Item = { 
/**
 * The message's id, or the position of a note as text.
 */
id: string, 
/**
 * Its place in the circle's logs, which rises from one generation to the next; absent while it
 * waits to leave.
 */
seq: number | null | undefined, 
/**
 * When: the server's time once it has a place, the device's before. Milliseconds since 1970 UTC.
 */
at_ms: number, 
/**
 * What it is.
 */
content: Content, };
export type Content = { "kind": "text", 
/**
 * Who sent it, by the authenticated group.
 */
from: AccountId, 
/**
 * This device sent it.
 */
mine: boolean, 
/**
 * The text.
 */
text: string, 
/**
 * How soon it wants an answer.
 */
urgency: Urgency, 
/**
 * How far it has come.
 */
progress: Progress, } | { "kind": "joined", 
/**
 * Who did it.
 */
by: AccountId, 
/**
 * Who came.
 */
accounts: Array<AccountId>, } | { "kind": "removed", 
/**
 * Whose device made the change.
 */
by: AccountId, 
/**
 * Who lost access.
 */
accounts: Array<AccountId>, 
/**
 * From the end of their right to this moment, milliseconds; absent if a member did it by
 * their own decision.
 */
took_ms: number | null | undefined, } | { "kind": "key_changed", 
/**
 * Whose.
 */
account: AccountId, } | { "kind": "reset", 
/**
 * By whom.
 */
by: AccountId, } | { "kind": "history_set", 
/**
 * Whose device made the change.
 */
by: AccountId, 
/**
 * They are kept.
 */
kept: boolean, } | { "kind": "urgent_ack", 
/**
 * Who.
 */
by: AccountId, 
/**
 * The message's place in the log.
 */
seq: number, } | { "kind": "unreadable", 
/**
 * Why.
 */
reason: string, };
export type Progress = "waiting" | "sent" | "received";
export type Trouble = "rejoining" | "old_copy" | "clock" | "needs_reset" | "recovering" | "security_stop" | "new_key";
export type History = "ready" | "coming" | "not_yet" | "lost";
export type Joining = { 
/**
 * Circles that it is in.
 */
done: number, 
/**
 * Circles that it belongs in.
 */
of: number, };
export type Receipt = { 
/**
 * Who.
 */
account: AccountId, 
/**
 * Up to this place in the log.
 */
seq: number, };
export type DevicesView = { 
/**
 * Live ones, oldest first.
 */
devices: Array<DeviceView>, 
/**
 * A new device waits for approval; these six digits must be on its screen.
 */
waiting: string | null | undefined, 
/**
 * How the person would get their keys back.
 */
backup: Backup, };
export type DeviceView = { 
/**
 * The device.
 */
device: DeviceId, 
/**
 * This very device.
 */
this: boolean, 
/**
 * When it was enrolled, milliseconds since 1970 UTC.
 */
enrolled_ms: number, 
/**
 * When it was last at work.
 */
seen_ms: number | null | undefined, };
export type Backup = { 
/**
 * A recovery code exists.
 */
code: boolean, 
/**
 * Other devices that hold the keys too.
 */
siblings: number, 
/**
 * Two ways exist, and the vault was opened again to make sure.
 */
safe: boolean, };
export type Counters = { 
/**
 * Items that could not be read.
 */
undecryptable: number, 
/**
 * Times that a group could no longer be followed, and this device came back in.
 */
resyncs: number, 
/**
 * Groups that were begun anew.
 */
resets: number, 
/**
 * Commits of this device that lost to another's, and were built anew.
 */
stale_commits: number, 
/**
 * Archive eras that were taken up.
 */
eras: number, };
export type IntakeView = { 
/**
 * Whose it is.
 */
person: PersonId, 
/**
 * How far; absent if there never was one.
 */
state: IntakeState | null | undefined, 
/**
 * The link to show while nobody has used it: what follows the `#` of this server's address.
 */
link: string | null | undefined, 
/**
 * The same to type: 26 letters and digits in groups.
 */
code: string | null | undefined, 
/**
 * When the link ends, milliseconds since 1970 UTC.
 */
expires_ms: number | null | undefined, 
/**
 * A device came: these six digits must be on its screen. Absent once it is too late to confirm in
 * person.
 */
digits: string | null | undefined, 
/**
 * Until when it can be confirmed in person, milliseconds since 1970 UTC.
 */
until_ms: number | null | undefined, 
/**
 * Another device made the invitation: neither link nor digits can be shown here.
 */
elsewhere: boolean, 
/**
 * It left by mail: no link is shown, and whoever comes by it cannot be checked in person.
 */
mailed: boolean, 
/**
 * Whoever came does not hold the invitation's secret, or the server names another key than theirs.
 */
forged: boolean, };
export type Awaits = { 
/**
 * Six digits.
 */
digits: string, 
/**
 * Who invited, as the server names them.
 */
inviter: string, };
