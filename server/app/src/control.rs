//! The socket in the data directory by which `carecircle admin` speaks to a running server: one line of
//! JSON there, one line back. Only the directory's owner can open it (mode 0600).

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::moved_clock::MovedClock;
use scheduler::Bell;

const SOCKET: &str = "control.sock";
/// The longest line, bytes.
const LINE_MAX: u64 = 4_096;
/// A whole conversation.
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
    /// It could not be done.
    Refused {
        /// Why.
        detail: String,
    },
}

/// What a running demo lets be asked of it.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
    clock: Arc<MovedClock>,
    bell: Bell,
}

impl Control {
    /// Opens the socket. The caller owns the data directory, so what lies there is a dead server's.
    pub fn open(data: &Path, clock: Arc<MovedClock>, bell: Bell) -> anyhow::Result<Self> {
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
            clock,
            bell,
        })
    }

    /// Answers, one after the other, for ever.
    pub async fn answer(&self) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let answered = tokio::time::timeout(PATIENCE, self.converse(stream)).await;
            if !matches!(answered, Ok(Ok(()))) {
                tracing::warn!(event = "control_broke_off");
            }
        }
    }

    async fn converse(&self, stream: UnixStream) -> anyhow::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        BufReader::new(read.take(LINE_MAX))
            .read_line(&mut line)
            .await?;
        let reply = match serde_json::from_str(&line) {
            Ok(request) => self.act(&request),
            Err(_) => Reply::Refused {
                detail: "this server does not know that request".to_owned(),
            },
        };
        let reply = serde_json::to_string(&reply)? + "\n";
        write.write_all(reply.as_bytes()).await?;
        Ok(())
    }

    fn act(&self, request: &Request) -> Reply {
        match request {
            Request::Clock { forward_s } => {
                let now = self.clock.forward(i64::from(*forward_s));
                self.bell.ring();
                tracing::info!(event = "scheduler_clock_moved", forward_s);
                Reply::Clock { now: now.micros() }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // If it cannot be removed, the next start removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Asks the server that runs on a data directory.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Reply> {
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
    let mut reply = String::new();
    BufReader::new(read.take(LINE_MAX))
        .read_line(&mut reply)
        .await?;
    match serde_json::from_str(&reply)? {
        Reply::Refused { detail } => bail!(detail),
        reply @ Reply::Clock { .. } => Ok(reply),
    }
}

#[cfg(test)]
mod tests {
    use care::Clock as _;

    use super::*;

    #[tokio::test]
    async fn the_clock_is_moved_over_the_socket_and_nonsense_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock::default());
        let before = clock.now();
        let control = Control::open(data.path(), Arc::clone(&clock), Bell::default()).unwrap();
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
    }
}
