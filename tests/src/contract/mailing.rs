//! The cases about what is mailed, when it leaves, and what comes back.

use testkit::Engine;

use super::{
    addresses, breakages, bundles, calendar_answers, clock_names, digests, in_hand,
    invitation_mails, links, lost_news, mail_answers, nights, postbox, reminders, safe_hours,
    sendings, series_mails, unreached, unread, unread_addresses, visit_mails, waiting_links,
};

contract! {
    invitation_mails {
        a_mailed_invitation_leaves_once_and_nothing_of_it_stays,
        whoever_comes_by_a_mailed_invitation_is_never_taken_for_checked,
        an_invitation_that_is_over_is_not_mailed,
        an_invitation_that_could_not_leave_in_time_is_a_task,
        only_who_serves_a_person_mails_them_and_only_an_invitation,
        an_invitation_in_an_inbox_that_was_given_up_is_over,
    }
    addresses {
        an_address_is_asked_first_and_told_when_it_is_theirs,
        what_was_told_to_the_old_address_goes_on_at_the_new_one_only,
        looking_at_the_link_changes_nothing,
        a_link_that_is_wrong_old_or_replaced_says_nothing,
        whoever_says_that_it_is_not_them_gets_nothing_and_staff_are_asked,
        somebody_who_was_told_by_mistake_can_still_say_so,
        a_mail_is_asked_for_again_three_times_a_day,
        nobody_is_mailed_by_changing_it_to_and_fro,
        asking_is_for_oneself_and_for_whoever_serves_them,
        an_address_that_takes_no_mail_is_a_task,
        the_question_waits_for_safe_hours,
        an_address_that_was_refused_can_be_tried_again,
        what_comes_back_each_time_is_tried_so_often_a_day,
    }
    unreached {
        a_cancel_that_no_address_takes_is_called_once,
        a_booking_and_a_move_that_no_address_takes_are_one_call,
        the_mail_tells_it_once_the_address_is_confirmed,
        what_was_told_on_the_phone_is_taken_back_on_the_phone,
        a_refused_address_leaves_its_visit_to_be_told,
        a_series_that_no_address_takes_is_one_call,
        whoever_books_by_themselves_knows,
        a_question_that_nobody_answers_is_a_task_once,
        whoever_has_said_yes_is_not_called,
        another_place_is_news_to_whoever_has_said_yes,
        nobody_is_called_about_a_visit_that_has_begun,
    }
    lost_news {
        each_visit_whose_news_is_refused_is_a_call,
        what_one_address_did_not_take_comes_to_the_next_one,
        what_may_have_arrived_is_told_on_the_phone_whatever_the_address,
        reminders_that_are_refused_are_one_thing_to_see_to,
    }
    waiting_links {
        a_link_to_what_is_offered_no_longer_is_not_mailed,
        a_mailed_booking_link_waits_until_the_address_is_confirmed,
        a_link_that_was_tried_before_the_address_was_replaced_leaves_too,
        a_link_for_which_nobody_confirmed_the_address_is_a_task,
        a_link_whose_mail_could_not_leave_in_time_is_a_task,
        what_was_mailed_to_a_stranger_opens_nothing_once_they_say_so,
        what_was_mailed_to_an_address_that_was_replaced_opens_nothing,
        what_waits_to_be_mailed_outlives_the_address,
    }
    series_mails {
        booking_a_series_is_one_mail_to_each_who_takes_part,
        each_later_visit_brings_its_calendar_file_with_its_first_reminder,
        moving_the_rest_of_a_series_is_one_mail,
        moving_all_of_a_series_is_one_mail_and_puts_calendars_right,
        a_visit_that_the_move_of_a_series_leaves_behind_is_told_with_it,
        a_visit_that_moves_by_itself_is_told_by_itself,
        calling_off_one_visit_or_the_rest_is_one_mail_each_time,
        whoever_has_an_address_later_hears_of_the_series_then,
        when_the_first_visit_goes_the_next_one_speaks_for_the_series,
        who_knows_of_a_series_from_before_is_not_told_again,
    }
    sendings {
        a_sender_that_dies_anywhere_sends_once_or_twice_the_same,
        whoever_lost_the_lease_neither_sends_nor_settles,
        what_changed_while_it_was_being_written_does_not_leave,
        an_unknown_outcome_is_sent_once_more_then_a_human_is_asked,
        a_sender_that_dies_twice_after_data_is_not_asked_a_third_time,
        a_second_copy_never_goes_to_another_address,
        a_second_copy_never_says_more_than_its_reader_wants_by_now,
    }
    in_hand {
        a_reminder_that_is_unwanted_by_now_does_not_leave,
        a_caregivers_reminder_without_a_consent_by_now_does_not_leave,
        news_to_a_caregiver_whose_consent_runs_out_meanwhile_does_not_leave,
        a_mail_that_says_more_than_its_reader_wants_by_now_does_not_leave,
        a_mail_that_would_come_outside_safe_hours_by_now_does_not_leave,
        nothing_leaves_to_an_address_that_was_replaced_meanwhile,
        nothing_leaves_to_an_address_that_takes_no_mail_by_now,
        a_mail_whose_lease_ran_out_is_decided_anew_and_not_lost,
        a_single_mail_whose_lease_ran_out_is_decided_anew_and_not_lost,
        a_booking_link_comes_as_its_reader_wants_it_by_now,
        a_series_whose_mail_was_withheld_is_told_by_its_next_visit_at_once,
        a_series_whose_first_visit_moved_meanwhile_is_told_beside_it,
        a_series_whose_sender_died_while_it_changed_is_told_by_its_next_visit,
    }
    breakages {
        a_single_mail_that_cannot_be_read_does_not_stop_the_others,
        a_single_mail_that_does_not_leave_is_an_alarm,
        a_mail_that_is_put_off_again_and_again_is_an_alarm,
        where_one_kind_of_mail_breaks_the_other_leaves,
        where_mails_break_the_agencys_jobs_run,
        where_no_mail_can_leave_all_the_rest_is_done,
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
        whoever_lets_mails_tell_no_times_is_told_none_by_an_earlier_one,
        a_worker_who_no_longer_serves_the_client_holds_a_dead_link,
    }
    reminders {
        a_visit_is_told_by_the_plan,
        reminders_come_on_the_recipients_own_clock,
        after_a_cancel_nobody_is_reminded,
        whoever_was_told_nothing_is_told_of_no_cancel,
        after_a_move_only_the_new_time_is_told,
        who_has_confirmed_is_not_reminded,
        who_has_confirmed_is_reminded_if_they_want_that,
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
    visit_mails {
        each_mail_says_when_it_comes_or_why_it_does_not,
        what_somebody_wishes_is_the_reason,
        an_address_that_gets_no_mail_is_the_reason,
        without_a_consent_a_caregiver_gets_none,
        the_time_may_be_the_reason,
        only_who_serves_the_client_is_told_why,
    }
    bundles {
        visits_of_one_day_are_one_reminder_with_a_link_to_each,
        what_stops_one_list_stops_the_reminders_of_every_visit,
        whoever_comes_along_gets_one_mail_that_names_nobody,
        a_sender_that_dies_anywhere_sends_the_same_list_once_or_twice,
        of_a_day_of_which_one_visit_changes_nothing_untrue_leaves,
        an_unknown_outcome_is_the_same_once_more_and_then_a_humans,
        a_list_that_may_have_left_is_not_sent_with_less_in_it,
        a_busy_mail_server_puts_the_whole_list_off,
    }
    nights {
        an_outage_that_ends_at_ten_at_night_is_made_up_for_in_the_morning,
        the_night_is_that_of_whoever_gets_the_mail,
        what_is_over_in_the_morning_is_named_and_not_sent,
        a_pause_that_ends_by_night_ends_in_the_morning,
        news_that_cannot_wait_for_the_morning_comes_by_night,
        a_new_law_of_the_clocks_is_told_in_the_morning,
        that_the_room_is_open_is_said_when_the_night_ends,
        a_visit_before_the_night_ends_is_told_the_evening_before,
    }
    safe_hours {
        every_mail_of_a_visit_comes_within_them,
        they_hold_from_the_moment_they_are_said,
        a_cancel_that_cannot_be_told_in_time_is_a_task,
        a_booking_that_cannot_be_told_in_time_is_a_task,
        whoever_calls_off_themselves_need_not_be_told,
        a_move_that_is_known_too_late_is_told_and_a_task,
        a_task_about_the_address_is_another_one,
        what_was_delayed_waits_for_the_next_ones_or_is_dropped,
        a_pause_that_ends_outside_them_is_longer,
        news_that_is_delayed_too_long_is_a_task,
        staff_get_their_agenda_within_theirs_or_not_at_all,
        hours_that_are_none_are_refused,
        a_booking_link_waits_for_them,
    }
    postbox {
        a_bounce_marks_the_address_and_asks_once,
        a_reminder_of_several_visits_that_bounces_is_news_of_each,
        a_token_that_was_not_written_here_is_nobodys,
        a_delay_changes_nothing_and_a_refused_content_no_address,
        what_passes_is_a_task_and_silences_nobody,
        a_bounce_of_an_address_that_was_replaced_sends_to_the_new_one,
        a_bounce_that_is_there_before_its_sender_has_noted_the_mail_is_not_lost,
        a_single_mail_that_comes_back_before_it_is_noted_is_not_lost,
        an_invitation_and_a_booking_link_that_bounce_are_tasks,
    }
    calendar_answers {
        what_a_calendar_declines_is_noted_and_calls_nothing_off,
        an_answer_to_an_earlier_time_is_a_task_and_no_more,
        of_two_answers_the_later_one_counts_whichever_comes_first,
        an_answer_in_anothers_name_or_to_nothing_is_not_noted,
        an_answer_from_an_address_that_is_theirs_no_longer_is_a_task_and_no_more,
    }
    mail_answers {
        whoever_writes_is_a_task_for_everybody_who_serves_them,
        a_stranger_leaves_no_trace,
        whoever_answers_from_an_address_that_was_replaced_is_a_task,
        the_same_mail_twice_does_nothing_more,
        addresses_from_before_are_found,
        whoever_was_erased_is_found_no_more,
        whoever_writes_is_answered_once_a_day_and_programs_never,
        an_answer_names_the_mail_that_it_answers_and_nothing_else_of_it,
        an_answer_that_waits_too_long_is_not_sent,
    }
    unread {
        whoever_is_away_gets_one_mail_that_says_nothing,
        what_was_read_in_time_is_not_mailed,
        where_nobody_said_anything_nobody_is_mailed,
        whoever_has_been_at_a_device_since_is_not_mailed,
        the_next_one_comes_four_hours_later_for_what_came_since,
        by_night_only_urgent_messages_are_mailed,
        an_urgent_message_waits_for_safe_hours_too,
        a_zone_that_changes_while_a_mail_waits_moves_it,
        whoever_may_read_no_longer_is_not_mailed,
        a_mail_in_hand_to_whoever_may_read_no_longer_does_not_leave,
        two_processes_at_once_plan_one_mail,
        whoever_wants_none_stops_them_by_the_mail_and_finds_the_way_back,
    }
    unread_addresses {
        to_an_address_that_nobody_confirmed_nothing_is_mailed,
        what_came_before_an_address_was_confirmed_is_mailed_then,
        an_old_inbox_stops_nothing_at_the_new_address,
        a_refused_address_is_not_tried_again_and_a_human_is_asked,
    }
    digests {
        staff_are_told_each_working_morning_how_many_conversations_wait,
        staff_are_told_of_urgent_messages_at_once,
        staff_see_what_became_of_such_mails_and_not_about_what,
    }
    clock_names {
        where_everybody_lives_by_the_same_clocks_none_is_named,
        whoever_may_think_of_other_clocks_is_told_which_and_a_caregiver_not_where,
        a_day_away_from_the_agencys_clocks_names_its_own,
    }
}
