//! The cases about circles: who is in, what is said there, and who reads it.

use testkit::Engine;

use super::{
    appends, batches, circles, histories, key_packages, passing, readers, removals, resets,
    returns, without_history,
};

contract! {
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
        whoever_lost_the_right_to_a_circle_cannot_stop_it,
    }
}
