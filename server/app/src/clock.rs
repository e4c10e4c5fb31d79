//! `carecircle clock confirm`: whoever runs the machine says that its clock is right, after it jumped and nothing was
//! sent because of that. For when nobody can sign in as an administrator, which a wrong clock may well prevent.

use anyhow::bail;
use care::Caller;
use care::civil::Zone;
use protocol::Timestamp;
use protocol::http::{ClockJump, ConfirmClock};
use store::Store;

use crate::cli::Where;
use crate::control::{self, Reply, Request};
use crate::place;

/// Asks the running server, or does it on the data itself where none runs.
pub async fn confirm(place: &Where) -> anyhow::Result<()> {
    let data = place::data(place)?;
    let jump = if control::is_open(&data).await {
        match control::ask(&data, &Request::ClockConfirm).await? {
            Reply::ClockConfirmed { jump } => jump,
            _ => bail!("the server answered something else"),
        }
    } else {
        let store = place::open(place, &data).await?;
        let confirmed = confirm_in(&store).await;
        store.close().await;
        confirmed?
    };
    println!("{}", told(jump.as_ref()));
    Ok(())
}

/// Confirms the jump that stands; which one that was.
pub async fn confirm_in(store: &Store) -> store::Result<Option<ClockJump>> {
    let Some(jump) = store.clock_jump().await? else {
        return Ok(None);
    };
    let confirm = ConfirmClock { jump: jump.id };
    let caller = Caller::installation();
    store.confirm_clock(&caller, confirm).await?;
    Ok(Some(jump))
}

fn told(jump: Option<&ClockJump>) -> String {
    let Some(jump) = jump else {
        return "The clock has not jumped: nothing was stopped.".to_owned();
    };
    let utc = Zone::utc();
    let civil = |at: Timestamp| utc.local(at).civil;
    format!(
        "The clock showed {} UTC where {} was expected; now it shows {}, and that is taken to be right. Mails are sent \
         again; those that are too late by now are skipped.",
        civil(jump.shown),
        civil(jump.expected),
        civil(jump.now)
    )
}

#[cfg(test)]
mod tests {
    use protocol::ClockJumpId;

    use super::*;

    #[test]
    fn a_jump_in_a_sentence() {
        let jump = ClockJump {
            id: ClockJumpId::from_bytes([1; 16]),
            expected: Timestamp::from_micros(0),
            shown: Timestamp::from_micros(0).plus_seconds(7_200),
            now: Timestamp::from_micros(0).plus_seconds(7_260),
        };
        let said = told(Some(&jump));
        for time in ["1970-01-01T02:00", "1970-01-01T00:00", "1970-01-01T02:01"] {
            assert!(said.contains(time), "{said}");
        }
        assert!(told(None).contains("not jumped"));
    }
}
