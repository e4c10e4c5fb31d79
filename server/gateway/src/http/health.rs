//! Whether the process lives, whether it can serve, and whether what is due is done.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::{Code, Refusal};

use super::Answer;
use crate::Gateway;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers and the server is not going down.
pub async fn readyz(State(gateway): State<Gateway>) -> Answer<&'static str> {
    if gateway.stop.is_cancelled() {
        return Err(Refusal::from(Code::ShuttingDown).into());
    }
    gateway.store.agency().await?;
    Ok("ready\n")
}

/// `GET /alarmz`: 200 while what is due is done in time; 503, a word a line, while something has been due for
/// too long (`late`), nothing is heard of the scheduler (`silent`), or the clock jumped and nothing is sent because
/// of it (`clock`). Apart from the others on purpose: a server that serves must not be taken down because a mail waits.
pub async fn alarmz(State(gateway): State<Gateway>) -> Answer<(StatusCode, String)> {
    let health = gateway.store.scheduler_health().await?;
    let alarms = [
        (health.late, "late\n"),
        (health.silent, "silent\n"),
        (health.jumped, "clock\n"),
    ];
    let words: String = alarms
        .into_iter()
        .filter(|(rings, _)| *rings)
        .map(|(_, word)| word)
        .collect();
    if words.is_empty() {
        return Ok((StatusCode::OK, "quiet\n".to_owned()));
    }
    Ok((StatusCode::SERVICE_UNAVAILABLE, words))
}
