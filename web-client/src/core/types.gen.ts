// Written by tests/src/vectors/types.rs. Do not edit by hand.

export type AccountId = string;
export type CircleId = string;
export type PersonId = string;
export type Code = "malformed_frame" | "unknown_frame" | "text_frame" | "too_large" | "bad_request" | "name_too_long" | "not_found" | "signed_out" | "not_allowed" | "origin_not_allowed" | "hello_expected" | "hello_timeout" | "ticket_invalid" | "signature_invalid" | "challenge_invalid" | "device_unknown" | "invitation_unknown" | "invitation_expired" | "invitation_used" | "certificate_invalid" | "rate_limited" | "too_many_sockets" | "stale" | "generation" | "not_on_roster" | "pending_removals" | "missing_removals" | "rollback" | "era_over" | "mls_malformed" | "commit_invalid" | "judged" | "group_info_mismatch" | "welcome_mismatch" | "key_package_unclaimed" | "key_package_invalid" | "circle_founded" | "circle_status" | "consent_required" | "slot_taken" | "not_available" | "time_past" | "time_in_gap" | "time_malformed" | "zone_unknown" | "too_many_participants" | "meeting_link_invalid" | "email_invalid" | "appointment_changed" | "appointment_state" | "too_late" | "link_gone" | "busy" | "internal" | "silent" | "too_slow" | "shutting_down";
export type Role = "client" | "caregiver" | "case_manager" | "supervisor" | "administrator" | "custodian";
export type Urgency = "routine" | "urgent" | "crisis";
export type MemberState = "invited" | "confirmed" | "left";
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
urgency: Urgency, } | { "kind": "sign_out" } | { "kind": "sign_in" };
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
 * `circle (16 bytes) || place (8 bytes)`, so that byte order within a circle is time order.
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
after_ms: number, } | { "kind": "event", 
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
items: Array<Item>, } | { "kind": "problem", 
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
link: Link, };
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
agency: string, };
export type Link = "idle" | "connecting" | "online" | "offline" | "signed_out";
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
 * The name, as the server tells it.
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
 * This device's own person.
 */
me: boolean, };
export type Item = { 
/**
 * The message's id, or the position of a note as text.
 */
id: string, 
/**
 * Its place in the circle's log; absent while it waits to leave.
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
accounts: Array<AccountId>, } | { "kind": "unreadable", 
/**
 * Why.
 */
reason: string, };
export type Progress = "waiting" | "sent" | "received";
