//! Whether the process lives, and whether it can serve.

use axum::extract::State;
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
