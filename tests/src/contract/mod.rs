//! The store's contract: what must hold, on each engine.
//!
//! Every case is listed once, here, and stamped out for SQLite and for PostgreSQL. The PostgreSQL leg
//! fails with a sentence where no cluster is named: a leg that did not run must not look like one that
//! passed. A case gets a [`house::House`]: a store with invented people, a clock it moves by hand, and a
//! second connection to the database for what no verb does.

mod addresses;
mod agency_keys;
mod appends;
mod assignments;
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
mod opening;
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

// After the macro that it uses.
mod scheduling;

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
    }
    passwords {
        a_client_comes_in_by_a_password_and_staff_by_a_password_and_a_code,
        a_password_alone_opens_nothing_to_staff,
        a_code_is_good_once_and_only_after_the_password,
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
    circles {
        a_caregiver_cannot_learn_that_another_circle_exists,
        an_invited_member_sees_the_circle_and_nothing_in_it,
        staff_who_are_not_assigned_see_nothing,
        planning_again_gets_the_same_circle,
        names_have_limits,
        a_case_manager_hears_of_a_device_that_can_be_added,
        people_are_shown_to_those_who_serve_them,
        only_the_installation_sets_up,
    }
    key_packages {
        a_key_package_is_handed_out_once,
        the_last_resort_is_handed_out_again_and_again,
        the_same_claim_again_gets_the_same_key_packages,
        a_key_package_with_little_time_left_is_kept_back,
        what_will_soon_be_kept_back_counts_no_more,
        a_device_that_was_away_too_long_can_be_added_once_it_brings_others,
        only_people_of_the_circle_can_be_claimed_for,
        claims_for_one_device_have_a_limit,
        a_refused_claim_takes_nothing_and_wakes_nobody,
    }
    appends {
        messages_get_a_gapless_order_and_the_same_operation_the_same_place,
        every_refusal_has_its_code,
        a_caregiver_without_consent_cannot_write,
        a_refusal_in_a_batch_touches_nobody_else,
        a_full_queue_is_busy,
        a_closing_store_answers_what_it_took_and_refuses_the_rest,
        a_message_wakes_its_circle_and_a_refusal_wakes_nobody,
        pages_have_a_limit_in_bytes,
        a_position_tells_a_device_what_the_server_last_heard,
    }
    batches {
        one_of_five_is_refused_and_leaves_no_gap,
        a_device_sees_its_own_counters_within_a_batch,
        an_operation_that_comes_twice_in_a_batch_is_done_once,
        a_large_batch_is_written_whole,
        acknowledgements_of_a_batch_move_each_cursor_once,
        too_large_is_refused_in_a_batch_too,
    }
    readers {
        the_end_of_the_log_is_read_from_memory,
        whoever_lost_a_right_since_the_commit_reads_nothing,
        readers_who_wait_together_are_told_apart,
        whoever_lags_beyond_what_is_at_hand_reads_the_database,
        what_another_process_wrote_is_read_in_its_place,
        nobody_reads_past_the_head,
        what_was_not_committed_is_never_read,
    }
    audits {
        what_is_shown_is_audited_before_it_is_answered,
        a_refusal_is_audited,
        a_batch_commits_to_the_hash_of_every_row,
        a_delivery_is_audited_as_a_range_and_none_is_lost,
    }
    audit_exports {
        every_entry_becomes_a_leaf_and_the_export_holds,
        a_changed_entry_is_named,
        a_deleted_entry_is_named,
        an_inserted_entry_is_named,
        reordered_entries_are_named,
        a_truncated_log_is_named,
        whoever_changes_the_hashes_too_meets_the_next_signature,
        a_log_cut_off_with_its_last_signature_is_betrayed_by_a_checkpoint_kept_elsewhere,
        what_is_changed_in_the_database_is_named,
        another_key_is_not_believed,
        an_export_about_a_client_proves_each_entry,
        a_checkpoint_is_signed_and_told_to_the_file,
        a_log_that_grows_keeps_its_beginning,
        only_the_installation_takes_the_log_out,
        the_signing_key_is_sealed,
    }
    audit_queries {
        a_supervisor_hears_who_saw_a_client,
        a_supervisor_hears_what_a_person_did,
        staff_who_look_where_they_are_not_assigned_are_found,
        what_was_taken_out_is_found,
        pages_follow_each_other_without_a_gap,
        others_may_not_ask_and_asking_is_audited,
        a_client_hears_who_looked_at_her_record_and_at_no_other,
    }
    keys {
        a_rotation_seals_everything_anew,
        a_rotation_that_is_cut_off_is_gone_on_with,
        a_key_is_destroyed_only_when_nothing_names_it,
        nobody_but_the_installation_has_to_do_with_keys,
    }
    agency_keys {
        another_agency_key_waits_for_every_circle,
        removals_go_on_while_a_circle_has_not_heard,
        what_is_founded_meanwhile_lists_the_next_key,
        a_broken_circle_hinders_nothing_and_is_begun_anew,
        the_agency_key_before_is_gone_from_the_database,
        seal_keys_are_rotated_in_the_middle_of_it,
        a_rotation_of_the_agency_key_that_is_cut_off_is_gone_on_with,
        two_who_end_it_at_once_end_it_once,
        of_many_agency_keys_the_last_ones_are_remembered,
        another_removal_key_is_made_in_time,
        a_link_from_before_is_as_good_as_one_from_after,
    }
    client_keys {
        what_is_about_a_client_stands_under_her_own_key,
        a_rotation_wraps_clients_keys_anew_and_leaves_their_fields,
        clients_get_new_keys_too_and_the_old_ones_go,
        fields_of_before_move_under_the_clients_key_however_often_it_is_cut_off,
    }
    erasures {
        an_erased_client_opens_nowhere_and_stops_nobody,
        what_staff_wrote_and_the_name_to_sign_in_by_go_too,
        a_client_who_is_served_is_not_erased,
        a_copy_from_before_opens_nothing_with_the_keys_of_now,
        the_destroyed_key_is_gone_from_the_files,
        what_stood_under_a_seal_key_still_is_overwritten,
    }
    roots {
        another_root_key_opens_everything_and_the_one_before_nothing,
        links_that_were_mailed_outlive_the_root_key,
        a_change_that_is_cut_off_leaves_one_of_the_two,
        a_root_key_that_is_none_is_refused,
    }
    sealing {
        planted_names_are_nowhere_in_the_database,
        a_sealed_field_does_not_open_in_another_row,
        two_hundred_words_are_nowhere_and_nothing_stored_signs_in,
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
    removals {
        a_withdrawn_consent_takes_the_device_out_with_the_next_commit,
        a_commit_that_leaves_a_removal_waiting_is_refused,
        withdrawing_twice_proposes_once,
        another_live_consent_keeps_the_caregiver_in_the_circle,
        a_consent_that_runs_out_is_refused_at_once_and_removed_when_it_is_due,
        who_leaves_has_no_right_from_that_instant,
        who_was_only_invited_leaves_without_a_commit,
        an_external_commit_has_the_removals_proposed_again,
        the_removed_and_the_others_find_a_notice,
        a_group_that_takes_no_removals_hinders_no_withdrawal,
        a_position_says_that_a_removal_waits,
    }
    returns {
        a_second_device_of_a_member_comes_in_by_itself,
        a_page_from_the_commit_that_brought_it_in_is_read_without_a_gap,
        a_device_that_lost_its_state_comes_back_in_place_of_its_old_leaf,
        nobody_comes_in_who_is_not_confirmed,
        an_external_commit_on_an_old_group_info_is_stale,
    }
    passing {
        an_ephemeral_is_for_members_of_this_epoch,
        an_urgent_message_is_acknowledged_by_a_marker,
        only_an_urgent_message_of_this_group_is_acknowledged,
        an_urgent_message_is_acknowledged_while_a_removal_waits,
    }
    devices {
        a_persons_live_devices_are_listed,
        a_revoked_device_is_signed_out_everywhere_at_once,
        who_lost_the_only_device_is_awaited_again,
        a_key_package_that_was_claimed_of_a_revoked_device_adds_nobody,
        only_ones_own_device_is_revoked,
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
    histories {
        a_new_device_of_a_member_reads_what_the_member_may,
        nobody_reads_what_was_before_their_time,
        only_a_device_in_the_group_reads,
        a_page_has_limits,
    }
    without_history {
        a_message_is_archived_where_history_is_kept,
        a_message_is_archived_nowhere_where_no_history_is_kept,
        history_that_is_kept_again_begins_a_new_era,
        a_client_may_switch_history_off_and_a_caregiver_may_not,
        a_circle_is_shown_as_planned_and_then_as_its_group_says,
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
    resets {
        two_accounts_in_distress_need_a_reset,
        distress_is_about_a_commit_of_this_group,
        staff_begin_the_next_generation_and_add_everybody_again,
        a_reset_is_done_once,
        only_assigned_staff_reset_a_circle,
        whoever_was_to_be_removed_is_not_added_again,
        what_was_claimed_for_the_old_group_is_void,
        a_device_that_is_further_than_the_server_shows_that_it_was_restored,
        a_stranger_cannot_say_that_a_server_was_restored,
    }
    staff {
        whoever_is_invited_comes_in_once_and_a_new_link_voids_the_earlier_ones,
        the_list_says_how_far_everybody_has_come_and_names_no_client,
        an_administrator_never_touches_themselves_and_a_stale_session_nobody,
        of_two_administrators_who_end_each_other_one_stays,
        a_changed_role_ends_sessions_and_circles_and_waits_for_clients,
        an_ended_account_has_no_way_back,
        whoever_has_gone_leaves_no_secret_behind,
        ended_sessions_end_and_their_devices_stay,
        ones_other_sessions_end_and_this_one_stays,
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
