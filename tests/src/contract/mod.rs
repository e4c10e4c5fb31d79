//! The store's contract: what must hold, on each engine.
//!
//! Every case is listed once, here, and stamped out for SQLite and for PostgreSQL. The PostgreSQL leg
//! fails with a sentence where no cluster is named: a leg that did not run must not look like one that
//! passed. A case gets a [`house::House`]: a store with invented people, a clock it moves by hand, and a
//! second connection to the database for what no verb does.

mod appends;
mod audits;
mod circles;
mod consents;
mod house;
mod invitations;
mod key_packages;
mod opening;
mod sealing;
mod sessions;
mod tickets;

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
    opening {
        a_wrong_key_refuses_to_open,
        a_second_process_is_refused,
        an_unknown_schema_version_is_refused,
        a_reopened_store_knows_everything,
    }
}
