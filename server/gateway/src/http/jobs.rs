//! What the agency has done by itself: when it runs, how it ended, and that it run now.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::JobName;
use protocol::http::{ConfirmClock, ErrorBody, JobPreview, JobTerms, Jobs, PreviewJob};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// Every job, with its next runs and how the last one ended. For administrators.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    tag = "agency",
    responses((status = 200, body = Jobs), (status = "default", body = ErrorBody))
)]
pub async fn list_jobs(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<Json<Jobs>> {
    let now = gateway.clock.now();
    Ok(Json(gateway.scheduler.jobs(&caller, now).await?))
}

/// When an expression would run.
#[utoipa::path(
    post,
    path = "/v1/jobs/preview",
    tag = "agency",
    request_body = PreviewJob,
    responses((status = 200, body = JobPreview), (status = "default", body = ErrorBody))
)]
pub async fn preview_job(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(asked): FromJson<PreviewJob>,
) -> Answer<Json<JobPreview>> {
    let now = gateway.clock.now();
    let preview = gateway.scheduler.preview_job(&caller, &asked, now);
    Ok(Json(preview.await?))
}

/// Says that the clock of the server is right as it is: what waited since it jumped is sent, or skipped where it is
/// too late by now.
#[utoipa::path(
    post,
    path = "/v1/jobs/clock",
    tag = "agency",
    request_body = ConfirmClock,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn confirm_clock(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(confirm): FromJson<ConfirmClock>,
) -> Answer<StatusCode> {
    gateway.store.confirm_clock(&caller, confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says when a job runs, and what becomes of missed runs.
#[utoipa::path(
    put,
    path = "/v1/jobs/{job}",
    tag = "agency",
    params(("job" = JobName, Path)),
    request_body = JobTerms,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn change_job(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(job): At<JobName>,
    FromJson(terms): FromJson<JobTerms>,
) -> Answer<StatusCode> {
    let now = gateway.clock.now();
    let changed = gateway.scheduler.change_job(&caller, job, terms, now);
    changed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a job run no more until it is resumed.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/pause",
    tag = "agency",
    params(("job" = JobName, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn pause_job(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(job): At<JobName>,
) -> Answer<StatusCode> {
    gateway.store.pause_job(&caller, job).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has it run again. What was missed meanwhile is let go.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/resume",
    tag = "agency",
    params(("job" = JobName, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn resume_job(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(job): At<JobName>,
) -> Answer<StatusCode> {
    gateway.store.resume_job(&caller, job).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has it run once now.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/run",
    tag = "agency",
    params(("job" = JobName, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn ask_job(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(job): At<JobName>,
) -> Answer<StatusCode> {
    gateway.store.ask_job(&caller, job).await?;
    Ok(StatusCode::NO_CONTENT)
}
