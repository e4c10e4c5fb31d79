//! `carecircle keys`: lists, rotates and revokes the keys that seal.
//!
//! A running server is asked over the socket in its data directory and goes on serving meanwhile. Where
//! none runs, the command opens the store itself, under the directory's lock.

use anyhow::bail;
use care::Caller;
use care::civil::{Zone, Zones};
use store::{KeyCard, Progress};

use crate::cli::{self, Where};
use crate::control::{self, Reply, Request};
use crate::place;

/// Runs one of the three.
pub async fn run(command: cli::Keys) -> anyhow::Result<()> {
    match command {
        cli::Keys::List(place) => list(&place).await,
        cli::Keys::Rotate(place) => rotate(&place).await,
        cli::Keys::Revoke(options) => revoke(&options.place, options.key).await,
    }
}

async fn list(place: &Where) -> anyhow::Result<()> {
    let data = place::data(place)?;
    let keys = if control::is_open(&data).await {
        match control::ask(&data, &Request::KeysList).await? {
            Reply::Keys(keys) => keys,
            _ => bail!("the server answered something else"),
        }
    } else {
        let store = place::open(place, &data).await?;
        let keys = store.keys(&Caller::installation()).await;
        store.close().await;
        keys?
    };
    let utc = Zones::bundled()
        .find("UTC")
        .map_err(|no| anyhow::anyhow!(no.detail))?;
    for key in &keys {
        println!("{}", told(key, &utc));
    }
    Ok(())
}

fn told(key: &KeyCard, utc: &Zone) -> String {
    let made = utc.local(key.created_at).civil;
    let rest = match (key.state.as_str(), key.retired_at, key.resealed_at) {
        ("valid", _, None) => ", a rotation is not at its end: rotate again".to_owned(),
        (_, Some(retired), _) => format!(", retired {} UTC", utc.local(retired).civil),
        _ => String::new(),
    };
    format!("{}  {}  made {made} UTC{rest}", key.key, key.state)
}

async fn rotate(place: &Where) -> anyhow::Result<()> {
    let data = place::data(place)?;
    if control::is_open(&data).await {
        let mut damaged = 0;
        control::follow(&data, &Request::KeysRotate, |reply| {
            if let Reply::KeysRotating(progress) = &reply {
                damaged = progress.damaged;
                eprintln!("{}", said(progress));
            }
        })
        .await?;
        return ended(damaged);
    }
    let store = place::open(place, &data).await?;
    let mut damaged = 0;
    let mut rotation = store.rotate_keys(&Caller::installation()).await?;
    while let Some(progress) = rotation.step().await? {
        damaged = progress.damaged;
        eprintln!("{}", said(&progress));
    }
    drop(rotation);
    store.close().await;
    ended(damaged)
}

fn said(progress: &Progress) -> String {
    let Progress {
        column, resealed, ..
    } = progress;
    format!("{column}: {resealed} fields sealed anew so far")
}

fn ended(damaged: u64) -> anyhow::Result<()> {
    if damaged > 0 {
        bail!(
            "{damaged} fields do not open and stay as they are: the key before cannot be revoked. \
             Look for them with a backup at hand"
        );
    }
    println!("Everything is sealed under the new key. The one before can be revoked in an hour.");
    Ok(())
}

async fn revoke(place: &Where, key: String) -> anyhow::Result<()> {
    let data = place::data(place)?;
    if control::is_open(&data).await {
        let request = Request::KeysRevoke { key };
        control::ask(&data, &request).await?;
    } else {
        let store = place::open(place, &data).await?;
        let revoked = store.revoke_key(&Caller::installation(), &key).await;
        store.close().await;
        revoked?;
    }
    println!("Destroyed.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn a_key_in_a_line() {
        let utc = Zones::bundled().find("UTC").unwrap();
        let mut key = KeyCard {
            key: "0a0b0c0d".to_owned(),
            state: "valid".to_owned(),
            created_at: Timestamp::from_micros(0),
            retired_at: None,
            resealed_at: None,
        };
        assert!(told(&key, &utc).contains("rotate again"));
        key.resealed_at = Some(key.created_at);
        assert!(told(&key, &utc).starts_with("0a0b0c0d  valid  made 1970-01-01T00:00"));
        key.state = "retained".to_owned();
        key.retired_at = Some(key.created_at);
        assert!(told(&key, &utc).contains(", retired 1970"));
    }
}
