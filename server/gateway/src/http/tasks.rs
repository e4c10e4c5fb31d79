//! What a case manager is asked to see to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::TaskId;
use protocol::http::{ErrorBody, Tasks};

use super::Answer;
use super::body::At;
use crate::Gateway;
use crate::caller::Who;

/// What waits for the caller, oldest first.
#[utoipa::path(
    get,
    path = "/v1/tasks",
    tag = "appointments",
    responses((status = 200, body = Tasks), (status = "default", body = ErrorBody))
)]
pub async fn list_tasks(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<Json<Tasks>> {
    Ok(Json(gateway.store.tasks(&caller).await?))
}

/// The caller has seen to it.
#[utoipa::path(
    post,
    path = "/v1/tasks/{task}/done",
    tag = "appointments",
    params(("task" = TaskId, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn finish_task(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(task): At<TaskId>,
) -> Answer<StatusCode> {
    gateway.store.finish_task(&caller, task).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The device that the task asks about is gone: it is signed out for good, circles take it out.
#[utoipa::path(
    post,
    path = "/v1/tasks/{task}/remove-device",
    tag = "appointments",
    params(("task" = TaskId, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn remove_idle_device(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(task): At<TaskId>,
) -> Answer<StatusCode> {
    gateway.store.remove_idle_device(&caller, task).await?;
    Ok(StatusCode::NO_CONTENT)
}
