//! The cases about visits, and about what is done by itself.

use testkit::Engine;

use super::{
    at_once, booking_links, bookings, calendar_feeds, clock_jumps, closings, closures, colleagues,
    double_bookings, full_days, gaps, holds, hours, jobs, later_visits, law_collisions, no_shows,
    one_request, other_clients, outages, overlaps, phones, places, preferences, series,
    team_changes, teams, undone_cancels, visit_types, visit_zones,
};

contract! {
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
        what_a_worker_keeps_is_not_too_soon_a_few_minutes_later,
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
        what_is_offered_on_other_clocks_is_booked_when_it_is,
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
        of_two_who_say_how_it_went_the_second_looks_first,
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
    at_once {
        whoever_ends_reminders_while_their_hours_change_loses_neither,
        whoever_stops_one_kind_of_mail_and_then_the_other_gets_neither,
        an_address_that_is_tried_again_gives_way_to_another_one,
        of_two_numbers_that_are_written_down_at_once_the_later_one_stays,
        the_same_request_sent_twice_at_once_is_done_once_and_answered_twice,
        two_letters_that_come_at_once_are_one_task,
        a_mail_that_comes_back_while_it_is_noted_as_sent_has_not_arrived,
        a_single_mail_that_comes_back_while_it_is_noted_has_not_arrived,
        whoever_stops_serving_while_they_are_named_in_a_circle_is_not_in_it,
        whoever_is_booked_in_while_the_consent_ends_takes_no_part,
        a_client_who_is_entrusted_to_somebody_meanwhile_is_not_erased,
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
    gaps {
        what_could_not_be_booked_is_missing_until_something_is_booked_instead,
        what_the_night_could_not_book_is_seen_to_by_what_is_booked_instead,
        whoever_is_asked_about_a_gap_is_so_until_it_is_seen_to_or_given_up,
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
        who_comes_along_answers_for_themselves_alone,
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
    one_request {
        an_id_of_one_visit_changes_no_other,
        an_id_of_one_consent_withdraws_no_other,
        an_id_of_one_service_begins_and_ends_no_other,
        an_id_of_one_person_invites_no_other,
        whoever_serves_a_client_no_longer_sees_nothing_of_them_by_adding_them_again,
    }
    other_clients {
        a_request_that_was_another_clients_shows_nothing_of_theirs,
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
        a_series_moves_to_the_days_of_its_own_visits,
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
    outages {
        a_silence_becomes_an_outage_with_people_to_call,
        who_changes_something_before_the_scheduler_is_back_is_called_all_the_same,
        whoever_was_told_of_a_move_since_need_not_be_called,
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
