//! The store's contract: what must hold, on each engine.
//!
//! Every case is listed once, here, and stamped out for SQLite and for PostgreSQL. The PostgreSQL leg
//! fails with a sentence where no cluster is named: a leg that did not run must not look like one that
//! passed. A case gets a [`house::House`]: a store with invented people, a clock it moves by hand, and a
//! second connection to the database for what no verb does.

mod appends;
mod audits;
mod bookings;
mod circles;
mod consents;
pub(crate) mod desk;
mod double_bookings;
pub(crate) mod house;
mod invitations;
mod key_packages;
mod links;
mod opening;
mod preferences;
mod reminders;
mod sealing;
mod sendings;
mod sessions;
mod tickets;
mod withdrawals;

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

contract! {
    invitations {
        a_link_signs_in_and_the_same_request_again_gets_the_same_answer,
        a_link_past_its_time_is_refused,
        a_used_link_refuses_every_other_request,
        an_account_with_an_identity_key_refuses_a_second_link,
        a_certificate_of_another_account_leaves_the_link_unused,
        an_unknown_link_is_unknown,
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
    audits {
        what_is_shown_is_audited_before_it_is_answered,
        a_refusal_is_audited,
        a_batch_commits_to_the_hash_of_every_row,
        a_delivery_is_audited_as_a_range_and_none_is_lost,
    }
    sealing {
        planted_names_are_nowhere_in_the_database,
        a_sealed_field_does_not_open_in_another_row,
    }
    bookings {
        a_visit_is_booked_on_the_clients_clock,
        a_collision_names_the_next_three_free_times,
        the_same_request_again_books_once,
        a_time_that_cannot_be_is_refused,
        people_who_may_not_come_are_refused,
        a_caregiver_comes_under_a_consent_to_appointments,
        a_meeting_link_is_https_for_video_and_sealed,
        a_move_keeps_the_calendars_name_and_raises_its_sequence,
        a_cancel_frees_the_time,
    }
    preferences {
        they_read_back_as_they_were_written,
        they_are_ones_own_and_those_of_whom_one_serves,
        what_is_no_address_or_zone_is_refused_whole,
        an_address_is_sealed,
    }
    double_bookings {
        nobody_is_booked_twice_whatever_happens_at_once,
        the_same_request_at_the_same_time_books_once,
        the_database_itself_refuses_an_overlap,
    }
    sendings {
        a_sender_that_dies_anywhere_sends_once_or_twice_the_same,
        whoever_lost_the_lease_neither_sends_nor_settles,
        what_changed_while_it_was_being_written_does_not_leave,
        an_unknown_outcome_is_sent_once_more_then_a_human_is_asked,
        a_sender_that_dies_twice_after_data_is_not_asked_a_third_time,
        a_second_copy_never_goes_to_another_address,
    }
    withdrawals {
        withdrawing_ends_it_at_once_and_tells_nobody,
        withdrawing_is_whole_or_not_at_all,
        a_mail_in_hand_does_not_leave_after_the_withdrawal,
        a_consent_that_runs_out_ends_it_without_anybodys_act,
        another_live_consent_keeps_her,
        a_new_consent_does_not_bring_her_back_unasked,
        only_the_client_and_her_case_manager_withdraw,
        the_circle_that_it_covered_refuses_her_too,
        who_left_is_not_told_of_a_cancel_that_was_already_on_its_way,
    }
    links {
        looking_changes_no_row,
        each_answer_does_what_it_says_once,
        a_cancel_is_told_after_ten_minutes_and_taken_back_before,
        a_cancel_taken_back_costs_no_reminder,
        an_undo_finds_the_time_taken,
        a_link_of_an_earlier_time_shows_the_newest_and_answers_nothing,
        close_to_the_start_only_yes_is_taken_and_then_nothing,
        whoever_is_not_the_client_declines_for_themselves,
        unsubscribing_ends_reminders_and_nothing_else,
        a_worker_who_no_longer_serves_the_client_holds_a_dead_link,
    }
    reminders {
        a_visit_is_told_by_the_plan,
        reminders_come_on_the_recipients_own_clock,
        after_a_cancel_nobody_is_reminded,
        whoever_was_told_nothing_is_told_of_no_cancel,
        after_a_move_only_the_new_time_is_told,
        who_has_confirmed_is_not_reminded,
        whoever_wants_no_reminders_still_hears_of_changes,
        an_address_that_comes_later_gets_what_is_still_true,
        a_refused_address_is_not_used_again_and_a_human_is_asked,
        a_task_is_its_owners,
        a_busy_mail_server_is_asked_again_after_pauses,
        nine_hours_down_end_in_one_mail_each,
        whoever_is_told_late_gets_the_news_and_no_reminder_with_it,
        one_bad_row_does_not_stop_the_others,
        mails_say_what_their_reader_allows,
        the_agenda_comes_once_on_each_workers_own_morning,
        an_agenda_after_a_long_outage_is_not_sent,
    }
    opening {
        a_wrong_key_refuses_to_open,
        a_second_process_is_refused,
        an_unknown_schema_version_is_refused,
        a_reopened_store_knows_everything,
    }
}
