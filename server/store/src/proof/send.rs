//! Compiles only if every verb's future is `Send`: handlers run on any thread.
//!
//! A closure that borrows across an await is not, and without this the compiler would say so at some handler far away
//! and not name the verb. No verb is ever called here.

use care::Caller;
use care::private::{Name, Relationship};
use protocol::bundle::{CommitBundle, Founding};
use protocol::frame::{Ack, Append, Cursor, Ephemeral, Hello, UrgentAck};
use protocol::http::{
    ApproveDevice, AskAccess, AskAudit, AskChallenge, AskHistory, AskNewKeys, BeginEnrolment,
    ClaimKeyPackages, CollectEnrolment, DeclineDevice, Distress, LeaveCircle, LookUpInvitation,
    OfferDevice, OpenRecovery, PlanCircle, PutCertificate, PutKeyPackages, PutVault, RecordConsent,
    RecoverDevice, RedeemInvitation, RenewSession, ReplaceIdentity, RevokeDevice,
};
use protocol::{AccountId, CircleId, PersonId, Role, WelcomeId};

use crate::{AgencyJob, RootKey, Rotation, SessionToken, Settings, Store};

fn send(_: impl Send) {}

/// Whatever a verb wants.
fn any<T>() -> T {
    unreachable!("never run")
}

fn verbs(store: &Store, caller: &Caller, token: &SessionToken, hello: &Hello) {
    send(Store::open(any::<Settings>()));
    send(store.clone().close());
    send(store.agency());
    send(store.create_agency(caller, any::<Name>()));
    send(store.add_person(caller, any::<Name>(), any::<Role>()));
    send(store.assign(caller, any::<AccountId>(), any::<PersonId>()));
    send(store.relate(caller, any(), any(), any::<Relationship>()));
    send(store.invite(caller, any()));
    send(store.uninvited(caller));
    send(store.look_up_invitation(any::<LookUpInvitation>()));
    send(store.redeem_invitation(any::<RedeemInvitation>()));
    send(store.ask_challenge(any::<AskChallenge>()));
    send(store.renew_session(any::<RenewSession>()));
    send(store.caller(token));
    send(store.signed_in(caller));
    send(store.sign_out(caller));
    send(store.still_live(caller));
    send(store.issue_ticket(caller));
    send(store.redeem_ticket(hello));
    send(store.ready(caller));
    send(store.put_key_packages(caller, any::<PutKeyPackages>()));
    send(store.claim_key_packages(caller, any::<ClaimKeyPackages>()));
    send(store.circles(caller));
    send(store.circle(caller, any::<CircleId>()));
    send(store.plan_circle(caller, any::<PlanCircle>()));
    send(store.found_circle(caller, any(), any::<Founding>()));
    send(store.commit(caller, any(), any::<CommitBundle>()));
    send(store.group_info(caller, any()));
    send(store.welcome(caller, any::<WelcomeId>()));
    send(store.append(caller, any::<Append>()));
    send(store.log_after(caller, any::<Cursor>()));
    send(store.ack(caller, any::<Ack>()));
    send(store.inbox_after(caller, 0));
    send(store.leave_circle(caller, any(), any::<LeaveCircle>()));
    send(store.end_lapsed(any()));
    send(store.may_send_ephemeral(caller, any::<&Ephemeral>()));
    send(store.acknowledge_urgent(caller, any::<UrgentAck>()));
    send(store.history(caller, any(), any::<AskHistory>()));
    send(store.report_distress(caller, any(), any::<Distress>()));
    send(store.reset_circle(caller, any(), any::<Founding>()));
    send(store.people(caller));
    send(store.put_phone(caller, any(), any()));
    send(store.record_consent(caller, any::<RecordConsent>()));
}

fn verbs_about_devices(store: &Store, caller: &Caller) {
    send(store.devices(caller));
    send(store.revoke_device(caller, any(), any::<RevokeDevice>()));
    send(store.hand_out_share(caller));
    send(store.begin_enrolment(caller, any::<BeginEnrolment>()));
    send(store.offer_device(any::<OfferDevice>()));
    send(store.approve_device(caller, any::<ApproveDevice>()));
    send(store.decline_device(caller, any::<DeclineDevice>()));
    send(store.collect_enrolment(any::<CollectEnrolment>()));
    send(store.vault(caller));
    send(store.put_vault(caller, any::<PutVault>()));
    send(store.open_recovery(any::<OpenRecovery>()));
    send(store.recover_device(any::<RecoverDevice>()));
    send(store.replace_identity(caller, any::<ReplaceIdentity>()));
    send(store.put_certificate(caller, any::<PutCertificate>()));
    send(store.new_keys(caller, any(), any::<AskNewKeys>()));
    send(store.audit(caller, any::<AskAudit>()));
    send(store.audit_people(caller));
    send(store.access(caller, any::<AskAccess>()));
    send(store.sign_audit());
    send(store.keys(caller));
    send(store.rotate_keys(caller, true));
    send(any::<Rotation>().step());
    send(store.revoke_key(caller, any()));
    send(store.change_root_key(caller, any::<&RootKey>()));
    send(store.erase_client(caller, any()));
    send(store.rotate_removal_key(caller));
    send(store.rotate_agency_key(caller));
    send(store.export_audit(caller, any::<&mut Vec<u8>>()));
    send(store.export_audit_about(caller, any(), any::<&mut Vec<u8>>()));
}

fn verbs_about_staff(store: &Store, caller: &Caller) {
    send(store.end_other_sessions(caller));
    send(store.staff(caller));
    send(store.invite_staff(caller, any()));
    send(store.invite_staff_again(caller, any(), any()));
    send(store.change_role(caller, any(), any()));
    send(store.end_sessions(caller, any(), any()));
    send(store.end_account(caller, any(), any()));
    send(store.caseloads(caller));
    send(store.assign_client(caller, any()));
    send(store.end_assignment(caller, any()));
    send(store.transfers(caller));
    send(store.offer_transfer(caller, any()));
    send(store.accept_transfer(caller, any(), any()));
    send(store.decline_transfer(caller, any(), any()));
    send(store.withdraw_transfer(caller, any(), any()));
    send(store.expire_transfers(any()));
    send(store.name_member(caller, any(), any()));
    send(store.mail_invitation(caller, any(), any()));
}

fn verbs_about_jobs(store: &Store, caller: &Caller) {
    send(store.jobs(caller));
    send(store.change_job(caller, any(), any()));
    send(store.pause_job(caller, any()));
    send(store.resume_job(caller, any()));
    send(store.ask_job(caller, any()));
    send(store.unplanned_jobs());
    send(store.plan_job(any::<&AgencyJob>(), any()));
    send(store.next_agency_job());
    send(store.lease_job(any()));
    send(store.settle_job(any(), any::<&AgencyJob>(), any()));
    send(store.forget_what_is_over());
    send(store.renew_removal_key());
    send(store.re_resolve(any()));
    send(store.reconcile(any(), any()));
    send(store.extend_series(any()));
    send(store.beat());
    send(store.scheduler_health());
    send(store.clock_jump());
    send(store.clock_state(any()));
    send(store.note_clock_jump(any()));
    send(store.note_clock_behind());
    send(store.end_clock_jump(any()));
    send(store.confirm_clock(caller, any()));
    send(store.outages(caller));
    send(store.note_call(caller, any(), any()));
}

fn verbs_about_booking_links(store: &Store, caller: &Caller) {
    send(store.book(caller, any()));
    send(store.change_team(caller, any(), any()));
    send(store.undo_cancel(caller, any(), any()));
    send(store.change_place(caller, any(), any()));
    send(store.hold_time(caller, any()));
    send(store.let_times_go(caller));
    send(store.book_series(caller, any()));
    send(store.booking_links(caller, any()));
    send(store.make_booking_link(caller, any(), any()));
    send(store.revoke_booking_link(caller, any(), any()));
    send(store.find_slots(caller, any()));
    send(store.visit_zones(caller, any()));
    send(store.calendar_feed(caller));
    send(store.make_calendar_feed(caller, any()));
    send(store.end_calendar_feed(caller));
    send(store.open_calendar_feed(any()));
    send(store.closures(caller));
    send(store.add_closure(caller, any(), any()));
    send(store.end_closure(caller, any()));
    send(store.open_booking_link(any(), any()));
    send(store.open_stop_link(any()));
    send(store.choose_by_stop_link(any(), any()));
    send(store.open_address_link(any()));
    send(store.answer_address_link(any(), any()));
    send(store.address_standing(caller, any()));
    send(store.ask_address(caller, any()));
    send(store.update_mails(caller, any()));
    send(store.visit_mails(caller, any()));
    send(store.plan_unread_mails(any()));
    send(store.held_by_link(any(), any(), any()));
    send(store.hold_by_link(any(), any()));
    send(store.let_go_by_link(any()));
    send(store.book_by_link(any(), any(), any()));
    send(store.next_single_mail());
    send(store.lease_single_mails(any()));
    send(store.note_single_mail(any(), any(), any(), any()));
}

#[test]
fn every_verbs_future_is_send() {
    let _: fn(&Store, &Caller) = verbs_about_jobs;
    let _: fn(&Store, &Caller) = verbs_about_booking_links;
    let _: fn(&Store, &Caller) = verbs_about_staff;
    let _: fn(&Store, &Caller) = verbs_about_devices;
    let _: fn(&Store, &Caller, &SessionToken, &Hello) = verbs;
}
