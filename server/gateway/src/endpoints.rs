//! Every endpoint. Each is described once, in its own file, for the router and the document alike.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Gateway, http, openapi};

/// All of them.
pub(crate) fn endpoints() -> OpenApiRouter<Gateway> {
    OpenApiRouter::with_openapi(openapi::Api::head())
        .merge(sign_in())
        .merge(circles())
        .merge(people())
        .merge(appointments())
        .merge(agency())
}

/// Coming in, by a link or by what a person shows, and the sessions that begin so.
fn sign_in() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(http::invitations::look_up_invitation))
        .routes(routes!(http::invitations::redeem_invitation))
        .routes(routes!(http::sign_in::sign_in_ways))
        .routes(routes!(http::sign_in::ask_passkey))
        .routes(routes!(http::sign_in::sign_in_by_passkey))
        .routes(routes!(http::passwords::ask_password))
        .routes(routes!(http::passwords::sign_in_by_password))
        .routes(routes!(http::codes::sign_in_by_code))
        .routes(routes!(http::authenticators::list_authenticators))
        .routes(routes!(http::authenticators::ask_new_passkey))
        .routes(routes!(http::authenticators::register_passkey))
        .routes(routes!(http::passwords::ask_new_password))
        .routes(routes!(http::passwords::register_password))
        .routes(routes!(http::codes::ask_new_code_app))
        .routes(routes!(http::codes::register_code_app))
        .routes(routes!(http::authenticators::end_authenticator))
        .routes(routes!(http::sessions::ask_challenge))
        .routes(routes!(http::sessions::renew_session))
        .routes(routes!(
            http::sessions::read_session,
            http::sessions::sign_out
        ))
        .routes(routes!(http::sessions::end_other_sessions))
        .routes(routes!(http::sessions::hand_out_share))
        .routes(routes!(http::tickets::issue_ticket))
}

/// Circles, and the devices that are in them.
fn circles() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(http::key_packages::put_key_packages))
        .routes(routes!(http::key_packages::claim_key_packages))
        .routes(routes!(
            http::circles::list_circles,
            http::circles::plan_circle
        ))
        .routes(routes!(http::circles::read_circle))
        .routes(routes!(http::circles::found_circle))
        .routes(routes!(http::circles::commit))
        .routes(routes!(http::circles::leave_circle))
        .routes(routes!(http::circles::name_member))
        .routes(routes!(http::resets::read_history))
        .routes(routes!(http::resets::report_distress))
        .routes(routes!(http::resets::reset_circle))
        .routes(routes!(http::devices::list_devices))
        .routes(routes!(http::devices::revoke_device))
        .routes(routes!(http::devices::replace_identity))
        .routes(routes!(http::devices::put_certificate))
        .routes(routes!(http::devices::new_keys))
        .routes(routes!(http::enrolments::begin_enrolment))
        .routes(routes!(http::enrolments::offer_device))
        .routes(routes!(http::enrolments::approve_device))
        .routes(routes!(http::enrolments::decline_device))
        .routes(routes!(http::enrolments::collect_enrolment))
        .routes(routes!(http::vaults::read_vault, http::vaults::put_vault))
        .routes(routes!(http::vaults::open_recovery))
        .routes(routes!(http::vaults::recover_device))
        .routes(routes!(http::circles::read_group_info))
        .routes(routes!(http::circles::read_welcome))
}

/// People around a client: who they are, what they allow.
fn people() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(http::people::list_people, http::intake::add_client))
        .routes(routes!(http::intake::add_caregiver))
        .routes(routes!(http::intake::invite_person))
        .routes(routes!(http::intake::mail_invitation))
        .routes(routes!(http::intake::read_intake))
        .routes(routes!(http::intake::confirm_person))
        .routes(routes!(http::intake::end_invitation))
        .routes(routes!(http::intake::own_intake))
        .routes(routes!(http::representations::record_representation))
        .routes(routes!(http::representations::end_representation))
        .routes(routes!(
            http::people::read_preferences,
            http::people::put_preferences
        ))
        .routes(routes!(
            http::people::read_address,
            http::people::ask_address
        ))
        .routes(routes!(http::people::read_phone, http::people::put_phone))
        .routes(routes!(http::people::list_update_mails))
        .routes(routes!(http::people::list_appointments_of))
        .routes(routes!(http::consents::record_consent))
        .routes(routes!(http::consents::withdraw_consent))
}

/// Appointments, what they may be booked as and when, and what there is to see to.
fn appointments() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(
            http::appointments::list_appointments,
            http::appointments::book_appointment
        ))
        .routes(routes!(http::appointments::move_appointment))
        .routes(routes!(http::appointments::change_team))
        .routes(routes!(http::appointments::change_place))
        .routes(routes!(http::appointments::cancel_appointment))
        .routes(routes!(http::appointments::undo_cancel))
        .routes(routes!(http::appointments::close_appointment))
        .routes(routes!(http::appointments::reply_to_appointment))
        .routes(routes!(http::visit_mails::list_visit_mails))
        .routes(routes!(http::series::book_series))
        .routes(routes!(http::series::book_instead))
        .routes(routes!(http::appointments::find_slots))
        .routes(routes!(http::appointments::read_visit_zones))
        .routes(routes!(http::holds::hold_time, http::holds::let_times_go))
        .routes(routes!(
            http::booking_links::list_booking_links,
            http::booking_links::make_booking_link
        ))
        .routes(routes!(http::booking_links::revoke_booking_link))
        .routes(routes!(
            http::calendar_feeds::read_calendar_feed,
            http::calendar_feeds::make_calendar_feed,
            http::calendar_feeds::end_calendar_feed
        ))
        .routes(routes!(
            http::visit_types::list_visit_types,
            http::visit_types::add_visit_type
        ))
        .routes(routes!(
            http::visit_types::change_visit_type,
            http::visit_types::end_visit_type
        ))
        .routes(routes!(
            http::closures::list_closures,
            http::closures::add_closure
        ))
        .routes(routes!(http::closures::end_closure))
        .routes(routes!(http::hours::read_hours, http::hours::put_hours))
        .routes(routes!(http::tasks::list_tasks))
        .routes(routes!(http::tasks::finish_task))
        .routes(routes!(http::tasks::remove_idle_device))
}

/// Who works here, who serves whom, what is done by itself, and who looked.
fn agency() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(http::staff::list_staff, http::staff::invite_staff))
        .routes(routes!(http::staff::invite_staff_again))
        .routes(routes!(http::staff::change_role))
        .routes(routes!(http::staff::end_sessions))
        .routes(routes!(http::staff::end_account))
        .routes(routes!(http::assignments::read_caseloads))
        .routes(routes!(http::assignments::assign_client))
        .routes(routes!(http::assignments::end_assignment))
        .routes(routes!(
            http::transfers::list_transfers,
            http::transfers::offer_transfer
        ))
        .routes(routes!(http::transfers::accept_transfer))
        .routes(routes!(http::transfers::decline_transfer))
        .routes(routes!(http::transfers::withdraw_transfer))
        .routes(routes!(http::jobs::list_jobs))
        .routes(routes!(http::jobs::preview_job))
        .routes(routes!(http::jobs::confirm_clock))
        .routes(routes!(http::jobs::change_job))
        .routes(routes!(http::jobs::pause_job))
        .routes(routes!(http::jobs::resume_job))
        .routes(routes!(http::jobs::ask_job))
        .routes(routes!(http::outages::list_outages))
        .routes(routes!(http::outages::note_call))
        .routes(routes!(http::audit::query_audit))
        .routes(routes!(http::audit::list_audit_people))
        .routes(routes!(http::audit::read_access))
}
