//! The cases about what is noted and can be proved, and about the keys under which what is stored is sealed.

use testkit::Engine;

use super::{
    agency_keys, audit_exports, audit_queries, audits, client_keys, erasures, keys, roots, sealing,
};

contract! {
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
}
