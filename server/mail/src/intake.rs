//! What comes back by mail. The agency's mail server hands it over by LMTP (RFC 2033), on this machine: a loopback
//! port or a Unix socket, never the network. For each recipient it hears whether the mail was taken *after* that is
//! written down; where it could not be, it hears a passing error and tries again.
//!
//! * [`serve`]: the door: so many connections at once, each with a limit on everything ([`protocol::limits`]). One
//!   that is slow, broken or hostile ends alone.
//! * `session`: the conversation. `lines` reads it.
//! * [`read_arrived`]: what a mail is, by its `parts`: a delivery report (`report`, RFC 3464), the answer of a calendar (`calendar`,
//!   RFC 5546), or anything else. No more than that leaves this module, above all no text.
//! * [`ReturnAddress`]: envelope senders that name the mail which comes back.
//!
//! Whose mail it is and what follows from it is the [`Postbox`]'s. Nothing is logged here.

mod calendar;
mod lines;
mod parts;
mod read;
mod report;
mod return_address;
mod session;

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::limits;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use read::{Arrived, CalendarAnswer, Content, read_arrived};
pub use return_address::ReturnAddress;

/// How long mails in hand may take to come to an end when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// After a connection could not be accepted (no more files): a pause, or it would be asked for without end.
const BREATH: Duration = Duration::from_millis(100);

/// It could not be written down now: the mail server keeps the mail and comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be written down now")]
pub struct NotNow;

/// Whoever the mails are for.
pub trait Postbox: Send + Sync + 'static {
    /// Whether a mail may come to this address.
    fn knows(&self, recipient: &str) -> bool;

    /// Takes a mail that came to an address which it knows. Done means written down for good; the same mail may
    /// come again.
    fn take(
        &self,
        recipient: &str,
        arrived: Arrived,
    ) -> impl Future<Output = Result<(), NotNow>> + Send;
}

/// Where the mail server comes in.
#[derive(Debug)]
pub enum Door {
    /// A port of this machine.
    Port(TcpListener),
    /// A socket in the file system: whoever may open it may hand mails over.
    Socket(UnixListener),
}

impl Door {
    /// Takes a port; port 0 takes a free one. Called within a runtime.
    pub fn port(address: SocketAddr) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Self::Port)
    }

    /// Makes a socket, for its owner and its group; one that a dead process left is replaced. Called within a
    /// runtime.
    pub fn socket(path: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
        let left = std::fs::symlink_metadata(path).is_ok_and(|left| left.file_type().is_socket());
        if left && std::os::unix::net::UnixStream::connect(path).is_err() {
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
        Ok(Self::Socket(listener))
    }

    /// Where it is, if it is a port.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Port(listener) => listener.local_addr().ok(),
            Self::Socket(_) => None,
        }
    }

    async fn guest(&self) -> std::io::Result<Guest> {
        Ok(match self {
            Self::Port(listener) => Box::new(listener.accept().await?.0),
            Self::Socket(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

/// A mail server that speaks to us.
type Guest = Box<dyn Stream>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An intake that listens. Dropping it does not stop it.
#[derive(Debug)]
pub struct Running {
    stop: CancellationToken,
    abort: CancellationToken,
    tracker: TaskTracker,
}

/// Starts to listen, under that name. Called within a runtime; returns at once.
pub fn serve<P: Postbox>(door: Door, name: String, postbox: Arc<P>) -> Running {
    let running = Running {
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
        tracker: TaskTracker::new(),
    };
    let (stop, abort) = (running.stop.clone(), running.abort.clone());
    let tracker = running.tracker.clone();
    running.tracker.spawn(async move {
        let house = House {
            name: name.into(),
            postbox,
            stop: stop.clone(),
            abort,
        };
        let places = Arc::new(Semaphore::new(limits::LMTP_CONNECTIONS_MAX));
        loop {
            let guest = tokio::select! {
                guest = door.guest() => guest,
                () = stop.cancelled() => return,
            };
            match guest {
                Ok(guest) => house.let_in(guest, &places, &tracker),
                Err(_) => tokio::time::sleep(BREATH).await,
            }
        }
    });
    running.tracker.close();
    running
}

impl Running {
    /// Takes nothing more and waits a moment for what is in hand.
    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(GRACE, self.tracker.wait()).await;
        if ended.is_err() {
            self.abort().await;
        }
    }

    /// As on `kill -9`: whatever is in hand is dropped where it stands.
    pub async fn abort(self) {
        self.stop.cancel();
        self.abort.cancel();
        self.tracker.wait().await;
    }
}

struct House<P> {
    name: Arc<str>,
    postbox: Arc<P>,
    stop: CancellationToken,
    abort: CancellationToken,
}

impl<P: Postbox> House<P> {
    fn let_in(&self, mut guest: Guest, places: &Arc<Semaphore>, tracker: &TaskTracker) {
        let (name, postbox) = (Arc::clone(&self.name), Arc::clone(&self.postbox));
        let (stop, abort) = (self.stop.clone(), self.abort.clone());
        let place = Arc::clone(places).try_acquire_owned();
        tracker.spawn(async move {
            let talk = async {
                if place.is_ok() {
                    session::talk(guest, &name, &*postbox, &stop).await;
                } else {
                    let full = b"421 4.3.2 as many connections as there may be\r\n";
                    // Whoever does not hear it sees the end of the connection.
                    let _ = tokio::time::timeout(BREATH, guest.write_all(full)).await;
                }
            };
            tokio::select! {
                () = talk => {}
                () = abort.cancelled() => {}
            }
        });
    }
}
