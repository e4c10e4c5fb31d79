//! The store's contract: what must hold, on each engine.
//!
//! Every case is listed once, here (people, their devices, who serves whom) or in [`messaging`],
//! [`scheduling`], [`mailing`] and [`trust`], and stamped out for SQLite and for PostgreSQL. The PostgreSQL
//! leg fails with a sentence where no cluster is named: a leg that did not run must not look like one that
//! passed. A case gets a [`house::House`]: a store with invented people, a clock it moves by hand, and a
//! second connection to the database for what no verb does.

mod addresses;
mod agency_keys;
mod appends;
mod assignments;
mod at_once;
mod audit_exports;
mod audit_queries;
mod audits;
mod authenticators;
mod batches;
pub(crate) mod booking_links;
mod bookings;
mod breakages;
mod bundles;
mod calendar_answers;
mod calendar_feeds;
mod circles;
mod client_keys;
mod clock_jumps;
mod clock_names;
mod closings;
mod closures;
mod colleagues;
mod consents;
mod departures;
pub(crate) mod desk;
mod device_shares;
mod devices;
mod digests;
mod doors;
pub(crate) mod double_bookings;
mod enrolments;
mod erasures;
mod family;
mod full_days;
mod gaps;
pub(crate) mod gathering;
mod given_up;
mod handed_on;
mod histories;
mod holds;
mod hours;
pub(crate) mod house;
mod identities;
mod idle_devices;
mod in_hand;
mod intake;
mod invitation_mails;
mod invitations;
mod jobs;
mod key_packages;
mod keys;
mod later_visits;
mod law_collisions;
mod links;
mod login_names;
mod lost_news;
mod mail_answers;
mod naming;
mod nights;
mod no_shows;
mod office;
mod one_request;
mod opening;
mod other_clients;
mod outages;
mod overlaps;
pub(crate) mod overrides;
mod passing;
mod passwords;
mod phones;
mod places;
pub(crate) mod postbox;
mod preferences;
mod promotions;
mod readers;
mod recoveries;
mod reminders;
mod removals;
mod representations;
mod resets;
mod returns;
mod roots;
mod safe_hours;
mod sealing;
mod sendings;
mod series;
mod series_mails;
mod sessions;
mod staff;
mod team_changes;
mod teams;
mod thresholds;
mod tickets;
mod transfers;
mod undone_cancels;
mod unreached;
mod unread;
mod unread_addresses;
mod vaults;
mod visit_mails;
mod visit_types;
mod visit_zones;
mod waiting_links;
mod withdrawals;
mod without_history;

use testkit::Engine;

macro_rules! contract {
    ($($module:ident { $($case:ident),+ $(,)? })+) => {
        mod sqlite {
            use super::*;
            $($(#[tokio::test]
            async fn $case() {
                $module::$case(Engine::Sqlite).await;
            })+)+
        }

        mod postgres {
            use super::*;
            $($(#[tokio::test]
            async fn $case() {
                $module::$case(Engine::Postgres).await;
            })+)+
        }
    };
}

// After the macro that they use.
mod mailing;
mod messaging;
mod scheduling;
mod trust;

contract! {
    invitations {
        a_link_signs_in_and_the_same_request_again_gets_the_same_answer,
        a_link_past_its_time_is_refused,
        a_used_link_refuses_every_other_request,
        an_account_with_an_identity_key_refuses_a_second_link,
        a_certificate_of_another_account_leaves_the_link_unused,
        an_unknown_link_is_unknown,
    }
    intake {
        whoever_comes_has_no_right_before_it_is_said_that_it_is_them,
        in_person_is_taken_for_ten_minutes_and_unseen_after,
        exactly_at_ten_minutes_it_is_still_in_person,
        an_invitation_is_good_once_and_for_three_days,
        a_later_invitation_ends_an_earlier_one,
        who_does_not_match_is_turned_away_and_the_person_invited_anew,
        nobody_confirms_a_key_that_did_not_come,
        only_who_serves_a_person_invites_and_confirms_them,
        a_request_repeated_after_a_lost_answer_makes_no_second_person,
        who_was_never_confirmed_gets_no_link_by_another_door,
    }
    representations {
        whoever_acts_for_a_client_may_what_the_client_may,
        an_answer_in_a_clients_place_is_theirs_until_the_client_says_otherwise,
        a_representation_ends_by_itself_or_by_the_case_manager,
        a_representation_needs_evidence_a_caregiver_on_record_and_a_time_to_come,
    }
    given_up {
        what_is_given_up_leaves_no_transaction_behind,
    }
    sessions {
        a_staff_session_ends_when_idle_and_a_request_moves_its_end,
        a_session_ends_in_any_case,
        signing_out_ends_the_session_at_once,
        a_revoked_device_is_signed_out,
        a_changed_role_signs_out,
        a_device_renews_its_session_in_the_demo_only,
        a_challenge_is_used_once,
    }
    authenticators {
        a_link_leads_to_an_authenticator_and_no_further,
        a_device_that_another_let_in_must_show_what_its_person_has,
        a_passkey_signs_in_devices_of_its_own_account_only,
        changing_authenticators_wants_one_shown_lately,
        keys_are_given_away_by_somebody_who_was_here_lately,
        a_ceremony_is_finished_once_in_time_and_by_whoever_began_it,
        a_session_on_a_shared_device_ends_after_ten_minutes,
        a_session_that_goes_on_is_of_a_shared_device_once_that_is_said,
        whoever_comes_in_on_a_device_of_others_says_so_at_once,
        what_was_shown_before_the_clock_was_set_back_is_shown_again,
    }
    passwords {
        a_client_comes_in_by_a_password_and_staff_by_a_password_and_a_code,
        a_password_alone_opens_nothing_to_staff,
        a_code_is_good_once_and_only_after_the_password,
        a_password_shown_again_says_that_others_use_the_device,
        only_an_accounts_own_device_is_told_of_its_password,
        nobody_takes_away_their_last_way_in,
        the_servers_own_keys_are_kept_and_outlive_a_rotation,
    }
    login_names {
        a_name_is_had_once_and_comes_free_with_its_password,
        a_name_and_a_secret_stand_nowhere_and_are_gone_with_the_password,
        a_login_name_outlives_the_root_key,
    }
    tickets {
        a_ticket_opens_one_socket,
        a_late_ticket_is_refused,
        a_bad_signature_uses_the_ticket_up,
        a_ticket_is_for_its_own_device_and_server,
        a_ticket_of_an_ended_session_is_refused,
    }
    consents {
        a_consent_is_recorded_once_for_a_caregiver_on_record,
        only_the_clients_own_case_manager_records_a_consent,
        a_consent_covers_a_circle_only_when_a_human_names_the_caregiver,
        a_caregiver_without_a_live_consent_cannot_be_named,
        a_consent_that_ended_ends_every_right_in_the_circle,
    }
    withdrawals {
        withdrawing_ends_it_at_once_and_tells_nobody,
        her_calendar_is_cleared_once_if_the_client_wants_it,
        a_calendar_that_has_nothing_is_not_cleared,
        being_reminded_is_allowed_by_itself,
        withdrawing_is_whole_or_not_at_all,
        a_mail_in_hand_does_not_leave_after_the_withdrawal,
        a_consent_that_runs_out_ends_it_without_anybodys_act,
        another_live_consent_keeps_her,
        a_new_consent_plans_what_it_allows_at_once,
        a_new_consent_does_not_bring_her_back_unasked,
        only_the_client_and_her_case_manager_withdraw,
        the_circle_that_it_covered_refuses_her_too,
        who_left_is_not_told_of_a_cancel_that_was_already_on_its_way,
    }
    devices {
        a_persons_live_devices_are_listed,
        a_revoked_device_is_signed_out_everywhere_at_once,
        who_lost_the_only_device_is_awaited_again,
        a_key_package_that_was_claimed_of_a_revoked_device_adds_nobody,
        only_ones_own_device_is_revoked,
        an_id_that_signed_one_device_out_is_not_taken_for_another,
        another_device_is_signed_out_by_somebody_who_was_here_lately,
        a_device_that_came_in_while_it_was_revoked_is_found_later,
        staff_whose_assignment_ended_leave_the_circle,
    }
    device_shares {
        a_device_gets_the_same_share_every_time_and_no_two_the_same,
        two_who_ask_at_once_get_one_share,
        a_share_is_gone_with_its_device,
        whoever_asks_while_the_device_is_taken_out_leaves_none_behind,
        what_an_earlier_release_left_in_a_row_is_not_handed_out,
        a_clients_and_a_caregivers_own_device_keep_it_and_no_other,
        whoever_waits_or_has_shown_nothing_gets_none,
        a_share_does_not_open_in_another_devices_row,
    }
    enrolments {
        a_second_device_comes_in,
        a_link_is_answered_by_one_device,
        a_device_that_exists_is_not_offered,
        what_is_unknown_over_or_declined_is_gone,
        a_later_enrolment_ends_an_earlier_one,
        only_the_account_that_began_approves_or_declines,
        a_certificate_names_exactly_the_offered_device,
        collecting_takes_the_offered_key,
        an_account_has_so_many_devices_and_no_more,
        a_device_that_was_revoked_does_not_collect_again,
        a_lookup_is_not_in_the_database,
    }
    idle_devices {
        staff_are_asked_after_ninety_days_and_only_once,
        they_still_have_it_and_nobody_is_asked_for_another_ninety_days,
        on_their_word_it_is_proposed_for_removal,
        a_device_that_comes_back_answers_the_question_itself,
    }
    identities {
        a_stolen_device_costs_the_identity_key_and_everything_under_it,
        a_succession_is_signed_by_the_key_that_it_replaces,
        a_sibling_brings_its_certificate_under_the_new_key,
        a_renewed_certificate_forgets_the_key_packages_that_carry_the_old_one,
        whoever_begins_anew_loses_every_key_and_earlier_link,
        who_lost_every_key_begins_anew_by_a_link,
        only_those_who_serve_a_person_let_them_begin_anew,
    }
    recoveries {
        a_code_opens_the_vault_and_brings_a_device_in,
        a_code_that_opens_nothing_is_unknown,
        a_recovered_device_is_certified_by_the_accounts_own_key,
        recovery_keeps_the_limit_of_devices,
    }
    staff {
        whoever_is_invited_comes_in_once_and_a_new_link_voids_the_earlier_ones,
        the_list_says_how_far_everybody_has_come_and_names_no_client,
        the_list_says_whom_no_mail_reaches_and_not_where,
        an_administrator_never_touches_themselves_and_a_stale_session_nobody,
        of_two_administrators_who_end_each_other_one_stays,
        a_changed_role_ends_sessions_and_circles_and_waits_for_clients,
        ended_sessions_end_and_their_devices_stay,
        ones_other_sessions_end_and_this_one_stays,
    }
    departures {
        an_ended_account_has_no_way_back,
        whoever_has_gone_leaves_no_secret_behind,
    }
    promotions {
        whoever_becomes_something_else_gets_no_agenda_any_more,
        what_was_planned_for_somebody_who_is_that_no_more_holds_nothing_up,
    }
    handed_on {
        an_answer_about_a_visit_is_for_whoever_serves_by_then,
        what_waits_outlives_an_account_and_a_time_without_anybody,
        what_is_left_is_seen_and_taken_over,
        a_client_who_is_handed_over_brings_what_is_booked,
        of_a_series_that_is_left_each_visit_is_asked_about,
        what_is_booked_while_a_client_is_handed_over_is_asked_about,
        what_is_about_no_visit_goes_over_with_the_client,
        what_each_was_asked_goes_over_to_nobody_who_was_asked_too,
        a_question_that_goes_stale_while_nobody_serves_waits_for_whoever_will,
    }
    assignments {
        a_supervisor_assigns_and_ends_and_sees_no_content,
        whoever_serves_alone_cannot_stop,
        no_mail_goes_to_whom_the_client_is_entrusted_no_longer,
    }
    naming {
        only_somebody_inside_names_a_new_case_manager_in_a_circle,
    }
    transfers {
        a_client_changes_hands_and_both_serve_them_for_a_while,
        an_offer_is_one_persons_to_answer_and_anothers_to_take_back,
        a_declined_offer_says_why_and_leaves_everything_as_it_was,
        an_offer_that_nobody_answers_ends_by_itself,
        one_client_is_offered_once_and_all_or_none,
        accepting_taking_back_and_offering_anew_at_once_have_one_winner,
        what_ends_a_service_voids_its_offers,
    }
    vaults {
        a_vault_reads_back_and_its_locator_does_not,
        whoever_read_an_older_vault_is_refused,
        two_at_once_are_one_after_the_other,
        wraps_replace_those_of_their_kind,
        a_malformed_vault_is_refused_whole,
    }
    thresholds {
        what_somebody_else_does_with_a_link_is_noted,
        a_new_certificate_keeps_the_devices_keys,
        a_device_that_ended_is_not_stolen_again,
        a_device_certified_anew_is_announced_again,
        a_vault_is_something_and_wraps_it_once_for_a_device,
        a_person_begins_anew_only_as_whom_one_serves,
    }
    opening {
        a_wrong_key_refuses_to_open,
        a_second_process_is_refused,
        an_unknown_schema_version_is_refused,
        a_reopened_store_knows_everything,
        a_zone_database_that_lacks_what_people_chose_is_refused,
    }
}
