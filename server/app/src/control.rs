//! The socket in the data directory by which `carecircle admin`, `audit`, `clock` and `keys` speak to a running
//! server: one line of JSON there, one line back (of an export or a rotation, many). Only the directory's owner can open it (mode 0600).
//! Here is the end that answers; [`asking`] is the other one, [`words`] what passes between them.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use care::Caller;
use protocol::PersonId;
use store::Store;
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use crate::moved_clock::MovedClock;
use crate::{clock, files, wiring};
use scheduler::Bell;

mod asking;
mod words;

use words::refused;

pub use asking::{ask, follow, is_open, stream};
pub use words::{Reply, Request};

const SOCKET: &str = "control.sock";
/// The longest line, bytes.
const LINE_MAX: u64 = 4_096;
/// An export, to its end.
const EXPORT: Duration = Duration::from_hours(1);
/// One line, there or back.
const PATIENCE: Duration = Duration::from_secs(5);

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
