//! The cases about visits, about what is mailed and comes back, and about what is done by itself.

use testkit::Engine;

use super::{
    addresses, booking_links, bookings, breakages, bundles, calendar_answers, calendar_feeds,
    clock_jumps, clock_names, closings, closures, colleagues, digests, double_bookings, full_days,
    gaps, holds, hours, in_hand, invitation_mails, jobs, later_visits, law_collisions, links,
    lost_news, mail_answers, nights, no_shows, outages, overlaps, phones, places, postbox,
    preferences, reminders, safe_hours, sendings, series, series_mails, team_changes, teams,
    undone_cancels, unreached, unread, unread_addresses, visit_mails, visit_types, visit_zones,
    waiting_links,
};

contract! {
    invitation_mails {
        a_mailed_invitation_leaves_once_and_nothing_of_it_stays,
        whoever_comes_by_a_mailed_invitation_is_never_taken_for_checked,
        an_invitation_that_is_over_is_not_mailed,
        only_who_serves_a_person_mails_them_and_only_an_invitation,
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
    visit_zones {
        a_visit_at_the_office_goes_by_the_clocks_there_and_any_other_by_the_clients,
        a_series_and_a_kept_time_at_the_office_go_by_the_clocks_there,
        whoever_serves_a_client_is_told_the_zone_of_each_kind,
        a_link_to_the_office_tells_the_clients_clock_and_books_on_that_of_whoever_holds_it,
        an_office_keeps_its_own_hour_when_it_moves_and_when_the_law_changes,
    }
    booking_links {
        of_two_who_want_one_time_one_gets_it,
        what_is_held_is_free_again_after_ten_minutes,
        a_link_keeps_two_times_and_lets_the_oldest_go,
        what_is_held_can_be_booked_though_it_would_now_be_too_soon,
        booking_uses_the_link_up_and_pressing_again_shows_the_same,
        whoever_has_no_address_gets_their_link_on_the_page,
        one_of_several_workers_holds_the_visit,
        a_link_that_is_over_opens_nothing,
        looking_at_a_booking_link_changes_no_row,
        only_who_serves_the_client_makes_links_and_only_so_many,
        a_booking_link_is_mailed_once_while_it_is_good,
    }
    calendar_feeds {
        a_feed_says_when_its_owner_is_busy_and_nothing_else,
        a_feed_goes_a_month_back_and_half_a_year_ahead,
        a_feed_that_was_replaced_or_ended_opens_nothing,
        a_moved_visit_keeps_its_name_and_one_that_is_called_off_is_gone,
        a_feed_ends_with_the_account_and_with_the_role,
        case_managers_have_feeds_and_making_one_wants_an_authenticator,
        looking_at_a_feed_changes_no_row,
    }
    holds {
        what_a_worker_keeps_is_kept_from_everybody_but_them,
        what_expired_or_was_let_go_is_anybodys,
        a_worker_keeps_two_times_or_one_in_the_place_of_another,
        of_a_worker_and_a_link_at_once_one_gets_the_time,
        only_who_serves_the_client_keeps_a_time_for_them,
        a_time_is_kept_of_all_who_would_come,
        a_time_is_kept_of_all_or_of_nobody,
        what_was_kept_of_several_expires_for_each,
        what_is_kept_of_a_colleague_counts_for_their_day,
        of_two_who_keep_each_others_time_at_once_one_gets_it,
    }
    closures {
        overseers_say_when_the_agency_is_closed_and_case_managers_read_it,
        closures_that_cannot_be_are_refused,
        nobody_is_booked_on_a_closed_day_and_what_is_booked_stays,
        a_worker_who_says_that_they_work_on_a_closed_day_can_be_booked,
        a_visit_of_a_series_on_a_closed_day_is_a_conflict,
        a_client_finds_no_times_on_a_closed_day,
        a_closed_day_begins_and_ends_at_each_workers_own_midnight,
    }
    hours {
        a_worker_says_when_they_can_be_booked,
        what_is_booked_outside_new_hours_stays_and_is_counted,
        hours_that_cannot_be_are_refused_whole,
        a_team_is_free_when_each_of_it_is_alone,
    }
    visit_types {
        supervisors_say_what_is_offered_and_case_managers_read_it,
        the_way_and_the_writing_down_are_kept_free,
        notice_window_and_cap_hold_for_slots_and_bookings_alike,
        a_kind_that_is_offered_no_longer_is_not_booked_and_what_was_goes_on,
    }
    closings {
        staff_say_how_it_went_once_it_has_begun,
        what_was_written_down_is_read_by_staff_alone,
        a_wrong_word_is_put_right,
        whoever_held_it_is_asked_once_how_it_went,
        whoever_serves_the_client_by_then_is_asked,
        what_ended_long_ago_is_not_asked_about,
    }
    no_shows {
        the_first_no_show_is_a_task_and_a_neutral_mail_the_next_morning,
        where_something_is_offered_the_mail_holds_a_link_that_books_it,
        the_second_in_a_row_is_a_call_and_a_visit_that_is_kept_ends_the_row,
        a_no_show_that_is_put_right_leaves_nothing_behind,
        whoever_wants_no_reminders_or_has_no_address_gets_no_such_mail,
        what_is_no_longer_true_in_the_morning_stops_the_mail,
        after_a_long_outage_the_mail_does_not_come_by_night,
        of_two_that_are_said_at_once_one_is_the_first,
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
        a_mailed_booking_link_waits_until_the_address_is_confirmed,
        a_link_that_was_tried_before_the_address_was_replaced_leaves_too,
        a_link_for_which_nobody_confirmed_the_address_is_a_task,
        what_was_mailed_to_a_stranger_opens_nothing_once_they_say_so,
    }
    phones {
        a_number_stays_as_it_was_typed_until_another_takes_its_place,
        a_number_is_ones_own_and_of_those_whom_one_serves,
        whoever_acts_for_a_client_sets_the_clients_number,
        what_cannot_be_dialled_is_refused_whole,
        another_number_wants_an_authenticator_shown_lately,
        a_number_can_come_with_a_new_person,
        a_caregivers_number_is_shown_while_the_client_lets_the_agency_speak_with_them,
        whoever_is_to_be_called_stands_there_with_their_number,
        a_visit_shows_numbers_to_staff_alone,
        a_number_is_sealed_and_in_no_mail,
    }
    preferences {
        they_read_back_as_they_were_written,
        they_are_ones_own_and_those_of_whom_one_serves,
        what_is_no_address_or_zone_is_refused_whole,
        an_address_is_sealed,
    }
    series {
        a_weekly_series_keeps_its_civil_time_through_a_clock_change,
        what_collides_is_named_with_free_times_and_nothing_is_booked,
        what_cannot_be_a_series_is_refused,
        this_and_later_ones_become_a_series_of_their_own,
        moving_onto_what_is_taken_is_refused_or_leaves_that_one,
        calling_off_more_than_one_ends_the_series,
        the_link_of_a_series_is_sealed_under_its_clients_key,
    }
    later_visits {
        later_visits_are_booked_as_time_goes_on,
        a_series_that_moved_goes_on_where_it_is,
        without_a_consent_later_visits_are_without_the_caregiver,
        a_series_ends_with_its_workers_service_and_a_colleague_is_asked,
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
    gaps {
        what_could_not_be_booked_is_missing_until_something_is_booked_instead,
        what_the_night_could_not_book_is_seen_to_by_what_is_booked_instead,
        a_gap_goes_with_its_series,
        only_who_serves_the_client_sees_gaps_and_books_instead,
    }
    teams {
        two_workers_are_booked_and_both_are_busy,
        a_colleagues_overlap_is_refused_with_times_when_both_are_free,
        a_move_keeps_both_and_a_cancel_frees_both,
        a_number_a_day_counts_who_comes_along,
        a_series_is_held_by_both_and_moves_with_both,
        a_change_of_the_clocks_law_moves_the_time_of_both,
        two_bookings_that_name_each_other_at_once_end_as_one,
    }
    colleagues {
        who_comes_along_works_here_and_has_hours,
        who_comes_along_sees_it_and_changes_nothing,
        both_are_told_and_have_it_in_their_agenda,
        whose_account_ends_comes_along_no_more,
    }
    team_changes {
        who_is_added_is_busy_and_everybody_is_told,
        who_is_taken_out_is_free_again_and_told,
        who_is_added_must_be_free_as_for_a_booking,
        who_may_move_it_may_say_who_comes_and_is_noted_once,
        of_a_series_somebody_comes_to_one_visit,
        changes_at_once_leave_nobody_in_two_places,
        a_change_while_its_series_moves_keeps_everybodys_time,
    }
    overlaps {
        a_second_visit_at_the_same_time_is_booked_with_a_warning,
        what_is_over_or_anothers_is_no_overlap,
        nobody_else_learns_of_the_other_visit,
    }
    places {
        a_place_is_given_at_booking_and_seen_by_whoever_takes_part,
        a_place_is_sealed_under_its_clients_key_and_goes_with_it,
        a_new_place_is_told_to_everybody_and_named_where_it_may_be,
        who_may_move_a_visit_may_say_where_it_is_and_is_noted_once,
        a_series_has_one_place_until_visits_of_it_get_others,
        a_cancel_that_is_taken_back_loses_no_news_of_a_place,
        a_cancel_that_is_taken_back_leaves_the_news_of_the_place,
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
    in_hand {
        a_reminder_that_is_unwanted_by_now_does_not_leave,
        a_caregivers_reminder_without_a_consent_by_now_does_not_leave,
        a_mail_that_says_more_than_its_reader_wants_by_now_does_not_leave,
        a_mail_that_would_come_outside_safe_hours_by_now_does_not_leave,
        nothing_leaves_to_an_address_that_was_replaced_meanwhile,
        nothing_leaves_to_an_address_that_takes_no_mail_by_now,
        a_mail_whose_lease_ran_out_is_decided_anew_and_not_lost,
        a_single_mail_whose_lease_ran_out_is_decided_anew_and_not_lost,
        a_series_whose_mail_was_withheld_is_told_by_its_next_visit_at_once,
        a_series_whose_first_visit_moved_meanwhile_is_told_beside_it,
        a_series_whose_sender_died_while_it_changed_is_told_by_its_next_visit,
    }
    breakages {
        a_single_mail_that_cannot_be_read_does_not_stop_the_others,
        a_single_mail_that_does_not_leave_is_an_alarm,
        where_one_kind_of_mail_breaks_the_other_leaves,
        where_mails_break_the_agencys_jobs_run,
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
    law_collisions {
        neither_time_of_two_visits_that_meet_is_sold_again,
        what_is_only_held_gives_way_to_a_visit,
    }
    undone_cancels {
        what_is_taken_back_was_never_said,
        left_so_it_is_told_after_a_minute,
        what_begins_within_the_hour_or_is_several_is_told_at_once,
        of_a_series_one_visit_is_taken_back,
        a_time_that_somebody_took_meanwhile_stays_theirs,
        what_the_client_called_off_is_theirs_to_take_back,
        what_was_to_see_to_before_is_so_again,
        nobody_is_called_about_what_was_taken_back,
        a_server_that_dies_in_the_minute_tells_it_after_it,
        taking_back_is_whole_or_not_at_all,
    }
    full_days {
        a_day_that_was_filled_or_closed_meanwhile_takes_nothing_back,
        a_day_that_may_hold_less_by_now_takes_back_what_it_held,
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
    clock_names {
        where_everybody_lives_by_the_same_clocks_none_is_named,
        whoever_may_think_of_other_clocks_is_told_which_and_a_caregiver_not_where,
        a_day_away_from_the_agencys_clocks_names_its_own,
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
        an_invitation_and_a_booking_link_that_bounce_are_tasks,
    }
    calendar_answers {
        what_a_calendar_declines_is_noted_and_calls_nothing_off,
        an_answer_to_an_earlier_time_is_a_task_and_no_more,
        of_two_answers_the_later_one_counts_whichever_comes_first,
        an_answer_in_anothers_name_or_to_nothing_is_not_noted,
    }
    mail_answers {
        whoever_writes_is_a_task_for_everybody_who_serves_them,
        a_stranger_leaves_no_trace,
        the_same_mail_twice_does_nothing_more,
        addresses_from_before_are_found,
        whoever_was_erased_is_found_no_more,
        whoever_writes_is_answered_once_a_day_and_programs_never,
        an_answer_names_the_mail_that_it_answers_and_nothing_else_of_it,
        an_answer_that_waits_too_long_is_not_sent,
    }
    jobs {
        administrators_say_when_jobs_run,
        a_job_is_run_by_one_process_and_a_lost_lease_settles_nothing,
        missed_runs_come_by_their_policy,
        a_paused_job_runs_only_when_it_is_asked_for,
        an_agenda_follows_the_agencys_expression,
        what_is_over_is_deleted_and_nothing_else,
        the_nightly_job_makes_another_removal_key_in_time,
        a_change_of_the_clocks_law_keeps_civil_times,
        two_that_move_together_do_not_meet_and_one_that_meets_another_is_a_task,
        a_mail_that_is_missing_is_planned_again,
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
        two_processes_at_once_plan_one_mail,
        whoever_wants_none_stops_them_by_the_mail_and_finds_the_way_back,
    }
    unread_addresses {
        to_an_address_that_nobody_confirmed_nothing_is_mailed,
        what_came_before_an_address_was_confirmed_is_mailed_then,
        a_refused_address_is_not_tried_again_and_a_human_is_asked,
    }
    digests {
        staff_are_told_each_working_morning_how_many_conversations_wait,
        staff_are_told_of_urgent_messages_at_once,
        staff_see_what_became_of_such_mails_and_not_about_what,
    }
    outages {
        a_silence_becomes_an_outage_with_people_to_call,
        a_short_silence_is_none_and_the_backlog_is_an_alarm,
        whoever_is_called_is_noted_by_who_serves_them,
    }
    clock_jumps {
        a_clock_that_jumps_stops_whatever_would_be_sent,
        a_step_within_the_limits_stops_nothing,
        a_process_that_begins_later_sends_nothing_either,
        whoever_says_the_clock_is_right_has_the_rest_sent_and_the_stale_skipped,
        only_an_administrator_says_that_the_clock_is_right,
        a_clock_that_comes_back_goes_on_by_itself,
        a_process_that_begins_behind_the_last_sign_of_life_doubts_its_clock,
    }
}
