//! `carecircle keys`: lists, rotates and revokes the keys that seal, erases a client by destroying theirs,
//! makes another removal key, and puts another agency key or root key in the place of the present one.
//!
//! A running server is asked over the socket in its data directory and goes on serving meanwhile. Where
//! none runs, the command opens the store itself, under the directory's lock.

use std::path::Path;

use anyhow::{Context as _, bail};
use care::Caller;
use care::civil::Zone;
use protocol::PersonId;
use store::{AgencyRotation, Erasure, KeyCard, Progress};

use crate::cli::{self, Where};
use crate::control::{self, Reply, Request};
use crate::{config, files, place, wiring};

/// Runs one of them.
pub async fn run(command: cli::Keys) -> anyhow::Result<()> {
    match command {
        cli::Keys::List(place) => list(&place).await,
        cli::Keys::Rotate(options) => rotate(&options.place, options.clients).await,
        cli::Keys::Revoke(options) => revoke(&options.place, options.key).await,
        cli::Keys::ShredClient(options) => shred_client(&options.place, options.client).await,
        cli::Keys::RotateRemoval(place) => rotate_removal(&place).await,
        cli::Keys::RotateAgency(place) => rotate_agency(&place).await,
        cli::Keys::Rewrap(options) => rewrap(&options.place, &options.new_root_key).await,
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
    let utc = Zone::utc();
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

async fn rotate(place: &Where, clients: bool) -> anyhow::Result<()> {
    let data = place::data(place)?;
    if control::is_open(&data).await {
        let mut damaged = 0;
        control::follow(&data, &Request::KeysRotate { clients }, |reply| {
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
    let installation = Caller::installation();
    let mut rotation = store.rotate_keys(&installation, clients).await?;
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

async fn shred_client(place: &Where, client: PersonId) -> anyhow::Result<()> {
    let data = place::data(place)?;
    let erasure = if control::is_open(&data).await {
        match control::ask(&data, &Request::KeysShredClient { client }).await? {
            Reply::Erased(erasure) => erasure,
            _ => bail!("the server answered something else"),
        }
    } else {
        let store = place::open(place, &data).await?;
        let erased = store.erase_client(&Caller::installation(), client).await;
        store.close().await;
        erased?
    };
    for line in erased(&erasure) {
        println!("{line}");
    }
    Ok(())
}

fn erased(erasure: &Erasure) -> Vec<String> {
    let mut lines = vec![
        "Erased: nothing that was sealed under this client's key opens any more. Copies of the database \
         from before still hold that key, sealed: destroy them, or the seal keys of their time."
            .to_owned(),
    ];
    if erasure.overwritten > 0 {
        lines.push(format!(
            "{} fields stood under a seal key still and were overwritten: copies from before open them \
             until `carecircle keys rotate` and `keys revoke` have destroyed that key.",
            erasure.overwritten
        ));
    }
    if !erasure.gone_from_files {
        lines.push(
            "The destroyed key may still stand in the database's log of writes, which somebody was reading; \
             it is gone once the server was started again."
                .to_owned(),
        );
    }
    lines
}

async fn rotate_removal(place: &Where) -> anyhow::Result<()> {
    let data = place::data(place)?;
    if control::is_open(&data).await {
        control::ask(&data, &Request::KeysRotateRemoval).await?;
    } else {
        let store = place::open(place, &data).await?;
        let rotated = store.rotate_removal_key(&Caller::installation()).await;
        store.close().await;
        rotated?;
    }
    println!(
        "There is a new removal key. Each circle lists it from a case manager's next change on; until then its \
         removals are signed with the one that it lists."
    );
    Ok(())
}

async fn rotate_agency(place: &Where) -> anyhow::Result<()> {
    let data = place::data(place)?;
    let rotation = if control::is_open(&data).await {
        match control::ask(&data, &Request::KeysRotateAgency).await? {
            Reply::AgencyKey(rotation) => rotation,
            _ => bail!("the server answered something else"),
        }
    } else {
        let store = place::open(place, &data).await?;
        let rotated = store.rotate_agency_key(&Caller::installation()).await;
        store.close().await;
        rotated?
    };
    println!("{}", rotated(rotation));
    Ok(())
}

fn rotated(rotation: AgencyRotation) -> String {
    match rotation {
        AgencyRotation::Begun => "The next agency key is made. Each circle hears of it with a case manager's next \
             change, in a week at most where one of their devices comes online. Links and invitations name the \
             present key until you give this command again and no circle is left."
            .to_owned(),
        AgencyRotation::Waits { circles } => format!(
            "{circles} circles have not heard of the next agency key yet: nothing was changed. They do once a device \
             of a case manager in them comes online. Give this command again later."
        ),
        AgencyRotation::Done { gone_from_files } => {
            let mut done = "The next agency key is the agency's now, and the one before is destroyed. Links and \
                 invitations that are out stay good. Make a backup: with one from before, devices take this \
                 server for another agency's."
                .to_owned();
            if !gone_from_files {
                done += " The destroyed key may still stand in the database's log of writes, which somebody was \
                     reading; it is gone once the server was started again.";
            }
            done
        }
    }
}

async fn rewrap(place: &Where, new_root_key: &Path) -> anyhow::Result<()> {
    let data = place::data(place)?;
    let file = config::key_file(new_root_key)?;
    let file = std::path::absolute(&file).with_context(|| format!("{}", file.display()))?;
    wiring::keep_apart(&data, &file)?;
    // Read here too, so that most mistakes are told before anybody is asked.
    let root_key = files::read_root_key(&file)?;
    if control::is_open(&data).await {
        let request = Request::KeysRewrap {
            new_root_key: file.clone(),
        };
        control::ask(&data, &request).await?;
    } else {
        let store = place::open(place, &data).await?;
        let caller = Caller::installation();
        let changed = store.change_root_key(&caller, &root_key).await;
        store.close().await;
        changed?;
    }
    println!(
        "From now on only {} opens this database: put it where the server looks for its root key, before its \
         next start. Keep the key before for as long as you keep backups from before: they open with that one.",
        file.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn an_erasure_says_what_copies_still_hold() {
        let clean = Erasure {
            overwritten: 0,
            gone_from_files: true,
        };
        assert_eq!(erased(&clean).len(), 1);
        let not = Erasure {
            overwritten: 3,
            gone_from_files: false,
        };
        let lines = erased(&not).join("\n");
        assert!(
            lines.contains("3 fields") && lines.contains("log of writes"),
            "{lines}"
        );
    }

    #[test]
    fn a_rotation_of_the_agency_key_says_what_is_left() {
        assert!(rotated(AgencyRotation::Begun).contains("again"));
        let left = rotated(AgencyRotation::Waits { circles: 3 });
        assert!(left.starts_with("3 circles"), "{left}");
        let done = |gone_from_files| rotated(AgencyRotation::Done { gone_from_files });
        assert!(done(true).contains("destroyed") && !done(true).contains("log of writes"));
        assert!(done(false).contains("log of writes"));
    }

    #[test]
    fn a_key_in_a_line() {
        let utc = Zone::utc();
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
