//! The socket in the data directory by which `carecircle admin`, `audit`, `clock` and `keys` speak to a running
//! server: one line of JSON there, one line back (of an export or a rotation, many). Only the directory's owner can open it (mode 0600).

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use care::Caller;
use protocol::PersonId;
use protocol::http::{AskAudit, AuditPage, ClockJump};
use serde::{Deserialize, Serialize};
use store::{AgencyRotation, Erasure, KeyCard, Progress, Store};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use crate::moved_clock::MovedClock;
use crate::{clock, files, wiring};
use scheduler::Bell;

const SOCKET: &str = "control.sock";
/// The longest line, bytes.
const LINE_MAX: u64 = 4_096;
/// The longest answer in one line, bytes.
const REPLY_MAX: u64 = 1024 * 1024;
/// An export, to its end.
const EXPORT: Duration = Duration::from_hours(1);
/// One line, there or back.
const PATIENCE: Duration = Duration::from_secs(5);

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Request {
    /// Move the scheduler's clock so many seconds forward.
    Clock {
        /// Seconds; 0 only reads it.
        forward_s: u32,
    },
    /// Say that the clock is right as it is.
    ClockConfirm,
    /// Ask the audit log.
    AuditQuery(AskAudit),
    /// List the keys that seal.
    KeysList,
    /// Seal everything anew under a new key; progress comes down the socket, as lines of JSON.
    KeysRotate {
        /// Clients get new keys of their own too.
        clients: bool,
    },
    /// Destroy a retained key.
    KeysRevoke {
        /// Its name.
        key: String,
    },
    /// Erase a client.
    KeysShredClient {
        /// Whom.
        client: PersonId,
    },
    /// Make another removal key.
    KeysRotateRemoval,
    /// Begin with another agency key, or end with it.
    KeysRotateAgency,
    /// Put another root key in the place of the present one.
    KeysRewrap {
        /// Its file, from the root of the file system.
        new_root_key: PathBuf,
    },
    /// Write the audit log down the socket, as lines of JSON.
    AuditExport {
        /// Only what concerns this client.
        client: Option<PersonId>,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Reply {
    /// The scheduler's time now.
    Clock {
        /// Microseconds since 1970-01-01T00:00:00Z.
        now: i64,
    },
    /// It is taken to be right.
    ClockConfirmed {
        /// How it had jumped; absent if it had not.
        jump: Option<ClockJump>,
    },
    /// A page of the audit log.
    AuditPage(AuditPage),
    /// The keys that seal, newest first.
    Keys(Vec<KeyCard>),
    /// A rotation goes on.
    KeysRotating(Progress),
    /// A client is erased.
    Erased(Erasure),
    /// How far another agency key has come.
    AgencyKey(AgencyRotation),
    /// It is done.
    Done,
    /// It could not be done.
    Refused {
        /// Why.
        detail: String,
    },
}

/// What a running server lets be asked of it.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
    store: Store,
    clock: Option<(Arc<MovedClock>, Bell)>,
}

impl Control {
    /// Opens the socket. The caller owns the data directory, so what lies there is a dead server's.
    /// Only a demo has a clock that can be moved.
    pub fn open(
        data: &Path,
        store: Store,
        clock: Option<(Arc<MovedClock>, Bell)>,
    ) -> anyhow::Result<Self> {
        let path = data.join(SOCKET);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{}", path.display()));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&path).with_context(|| format!("{}", path.display()))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self {
            listener,
            path,
            store,
            clock,
        })
    }

    /// Answers, one after the other, for ever.
    pub async fn answer(&self) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            if self.converse(stream).await.is_err() {
                tracing::warn!(event = "control_broke_off");
            }
        }
    }

    async fn converse(&self, stream: UnixStream) -> anyhow::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        let mut read = BufReader::new(read.take(LINE_MAX));
        timeout(PATIENCE, read.read_line(&mut line)).await??;
        if line.is_empty() {
            // Whoever only looked whether a server is here.
            return Ok(());
        }
        let reply = match serde_json::from_str(&line) {
            Ok(Request::Clock { forward_s }) => self.move_clock(forward_s),
            Ok(Request::ClockConfirm) => {
                let confirmed = clock::confirm_in(&self.store).await;
                confirmed.map_or_else(
                    |error| refused(&error),
                    |jump| Reply::ClockConfirmed { jump },
                )
            }
            Ok(Request::AuditQuery(ask)) => {
                let page = self.store.audit(&Caller::installation(), ask).await;
                page.map_or_else(|error| refused(&error), Reply::AuditPage)
            }
            Ok(Request::AuditExport { client }) => {
                return Ok(timeout(EXPORT, self.export(client, &mut write)).await??);
            }
            Ok(Request::KeysList) => {
                let keys = self.store.keys(&Caller::installation()).await;
                keys.map_or_else(|error| refused(&error), Reply::Keys)
            }
            Ok(Request::KeysRotate { clients }) => return self.rotate(clients, &mut write).await,
            Ok(Request::KeysRevoke { key }) => {
                let revoked = self.store.revoke_key(&Caller::installation(), &key).await;
                revoked.map_or_else(|error| refused(&error), |()| Reply::Done)
            }
            Ok(Request::KeysShredClient { client }) => {
                let erased = self
                    .store
                    .erase_client(&Caller::installation(), client)
                    .await;
                erased.map_or_else(|error| refused(&error), Reply::Erased)
            }
            Ok(Request::KeysRotateRemoval) => {
                let rotated = self.store.rotate_removal_key(&Caller::installation()).await;
                rotated.map_or_else(|error| refused(&error), |()| Reply::Done)
            }
            Ok(Request::KeysRotateAgency) => {
                let rotated = self.store.rotate_agency_key(&Caller::installation()).await;
                rotated.map_or_else(|error| refused(&error), Reply::AgencyKey)
            }
            Ok(Request::KeysRewrap { new_root_key }) => self.rewrap(&new_root_key).await,
            Err(_) => Reply::Refused {
                detail: "this server does not know that request".to_owned(),
            },
        };
        let reply = serde_json::to_string(&reply)? + "\n";
        timeout(PATIENCE, write.write_all(reply.as_bytes())).await??;
        Ok(())
    }

    /// Goes on for as long as whoever asked listens; who asks again goes on from there.
    async fn rotate(
        &self,
        clients: bool,
        write: &mut (impl AsyncWrite + Unpin + Send),
    ) -> anyhow::Result<()> {
        let installation = Caller::installation();
        let mut begun = self.store.rotate_keys(&installation, clients).await;
        loop {
            let step = match &mut begun {
                Ok(rotation) => rotation.step().await,
                Err(error) => Err(std::mem::replace(error, store::Error::Busy)),
            };
            let (reply, goes_on) = match step {
                Ok(Some(progress)) => (Reply::KeysRotating(progress), true),
                Ok(None) => (Reply::Done, false),
                Err(error) => (refused(&error), false),
            };
            let line = serde_json::to_string(&reply)? + "\n";
            timeout(PATIENCE, write.write_all(line.as_bytes())).await??;
            if !goes_on {
                return Ok(());
            }
        }
    }

    async fn rewrap(&self, file: &Path) -> Reply {
        let data = self.path.parent().unwrap_or(&self.path);
        let read = wiring::keep_apart(data, file).and_then(|()| files::read_root_key(file));
        let root_key = match read {
            Ok(root_key) => root_key,
            Err(error) => {
                return Reply::Refused {
                    detail: format!("{error:#}"),
                };
            }
        };
        let caller = Caller::installation();
        let changed = self.store.change_root_key(&caller, &root_key).await;
        changed.map_or_else(|error| refused(&error), |()| Reply::Done)
    }

    fn move_clock(&self, forward_s: u32) -> Reply {
        let Some((clock, bell)) = &self.clock else {
            return Reply::Refused {
                detail: "only the demo's clock can be moved".to_owned(),
            };
        };
        let now = clock.forward(i64::from(forward_s));
        bell.ring();
        tracing::info!(event = "scheduler_clock_moved", forward_s);
        Reply::Clock { now: now.micros() }
    }

    async fn export(
        &self,
        client: Option<PersonId>,
        write: &mut (impl AsyncWrite + Unpin + Send),
    ) -> std::io::Result<()> {
        let installation = Caller::installation();
        let exported = match client {
            None => self.store.export_audit(&installation, write).await,
            Some(client) => {
                let export = self.store.export_audit_about(&installation, client, write);
                export.await
            }
        };
        if let Err(error) = exported {
            let line = serde_json::to_string(&refused(&error))? + "\n";
            write.write_all(line.as_bytes()).await?;
        }
        Ok(())
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // If it cannot be removed, the next start removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Answers, where the socket could be opened (a path may be too long for one).
pub async fn answer(control: Option<&Control>) {
    match control {
        Some(control) => control.answer().await,
        None => std::future::pending().await,
    }
}

fn refused(error: &store::Error) -> Reply {
    Reply::Refused {
        detail: error.refusal().to_string(),
    }
}

/// Whether a server with such a socket runs on a data directory.
pub async fn is_open(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).await.is_ok()
}

async fn send(data: &Path, request: &Request) -> anyhow::Result<BufReader<OwnedReadHalf>> {
    let path = data.join(SOCKET);
    let stream = UnixStream::connect(&path).await.with_context(|| {
        format!(
            "no server with such a socket runs on {}: start `carecircle demo` first",
            data.display()
        )
    })?;
    let (read, mut write) = stream.into_split();
    let line = serde_json::to_string(request)? + "\n";
    write.write_all(line.as_bytes()).await?;
    write.forget();
    Ok(BufReader::new(read))
}

/// Asks the server that runs on a data directory.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Reply> {
    let mut reply = String::new();
    let read = send(data, request).await?;
    read.take(REPLY_MAX).read_line(&mut reply).await?;
    match serde_json::from_str(&reply)? {
        Reply::Refused { detail } => bail!(detail),
        reply => Ok(reply),
    }
}

/// Asks for something that is answered with many lines, and writes them on.
pub async fn stream(
    data: &Path,
    request: &Request,
    out: &mut (impl AsyncWrite + Unpin),
) -> anyhow::Result<()> {
    let mut read = send(data, request).await?;
    let mut line = String::new();
    while read.read_line(&mut line).await? > 0 {
        if let Ok(Reply::Refused { detail }) = serde_json::from_str(&line) {
            bail!(detail);
        }
        out.write_all(line.as_bytes()).await?;
        line.clear();
    }
    out.flush().await?;
    Ok(())
}

/// Asks for something that is answered with many replies, and hands each on.
pub async fn follow(
    data: &Path,
    request: &Request,
    mut each: impl FnMut(Reply),
) -> anyhow::Result<()> {
    let mut read = send(data, request).await?;
    let mut line = String::new();
    while read.read_line(&mut line).await? > 0 {
        match serde_json::from_str(&line)? {
            Reply::Refused { detail } => bail!(detail),
            Reply::Done => return Ok(()),
            reply => each(reply),
        }
        line.clear();
    }
    bail!("the server went away: ask again, it goes on from there")
}

#[cfg(test)]
mod tests {
    use care::Clock as _;
    use care::civil::Zones;
    use store::Database;

    use super::*;
    use crate::wiring::{Clocks, Identity};

    async fn store(data: &Path) -> Store {
        let database = Database::Sqlite {
            directory: data.to_owned(),
        };
        let identity = Identity {
            server_name: "localhost".to_owned(),
            demo: true,
            clocks: Clocks::in_zone(Zones::bundled(), "UTC").unwrap(),
        };
        let root_key = store::RootKey::from_bytes([1; 32]);
        wiring::open(database, root_key, identity)
            .await
            .unwrap()
            .store
    }

    #[tokio::test]
    async fn the_clock_is_moved_over_the_socket_and_nonsense_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let store = store(data.path()).await;
        let clock = Arc::new(MovedClock::default());
        let before = clock.now();
        let moved = Some((Arc::clone(&clock), Bell::default()));
        let control = Control::open(data.path(), store.clone(), moved).unwrap();
        let asked = async {
            let moved = ask(data.path(), &Request::Clock { forward_s: 3_600 })
                .await
                .unwrap();
            let Reply::Clock { now } = moved else {
                panic!("a clock answers")
            };
            assert!(now >= before.plus_seconds(3_600).micros());
            let mut stream = UnixStream::connect(data.path().join(SOCKET)).await.unwrap();
            stream.write_all(b"nonsense\n").await.unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).await.unwrap();
            assert!(reply.contains("refused"), "{reply}");
        };
        tokio::select! {
            () = control.answer() => panic!("it answers for ever"),
            () = asked => {}
        }
        let mode = fs::metadata(data.path().join(SOCKET))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(control);
        let nobody = ask(data.path(), &Request::Clock { forward_s: 0 }).await;
        assert!(
            nobody
                .unwrap_err()
                .to_string()
                .contains("start `carecircle demo`")
        );
        store.close().await;
    }

    #[tokio::test]
    async fn whoever_runs_the_machine_says_over_the_socket_that_its_clock_is_right() {
        let data = tempfile::tempdir().unwrap();
        let store = store(data.path()).await;
        let control = Control::open(data.path(), store.clone(), None).unwrap();
        let noted = store.note_clock_jump(7_200_000_000).await.unwrap();
        let asked = async {
            for expected in [Some(noted), None] {
                let reply = ask(data.path(), &Request::ClockConfirm).await.unwrap();
                let Reply::ClockConfirmed { jump } = reply else {
                    panic!("it was asked about the clock")
                };
                assert_eq!(jump.map(|jump| jump.id), expected);
            }
        };
        tokio::select! {
            () = control.answer() => panic!("it answers for ever"),
            () = asked => {}
        }
        assert!(store.clock_jump().await.unwrap().is_none());
        store.close().await;
    }

    #[tokio::test]
    async fn the_audit_log_is_asked_and_taken_out_over_the_socket() {
        let data = tempfile::tempdir().unwrap();
        let store = store(data.path()).await;
        let installation = Caller::installation();
        let name = care::private::Name::new("Riverbend Example Agency").unwrap();
        store.create_agency(&installation, name).await.unwrap();
        let control = Control::open(data.path(), store.clone(), None).unwrap();
        let asked = async {
            let mut export = Vec::new();
            let request = Request::AuditExport { client: None };
            stream(data.path(), &request, &mut export).await.unwrap();
            let verdict = store::verify_export(&*export, &store::Trust::default()).unwrap();
            assert_eq!((verdict.leaves, verdict.finding), (2, None));
            let exports = serde_json::from_str(r#"{"view":"exports"}"#).unwrap();
            let page = ask(data.path(), &Request::AuditQuery(exports))
                .await
                .unwrap();
            let Reply::AuditPage(page) = page else {
                panic!("a page answers")
            };
            assert_eq!(page.entries.len(), 1);
            let still = ask(data.path(), &Request::Clock { forward_s: 1 }).await;
            assert!(still.unwrap_err().to_string().contains("only the demo"));
        };
        tokio::select! {
            () = control.answer() => panic!("it answers for ever"),
            () = asked => {}
        }
        store.close().await;
    }
}
