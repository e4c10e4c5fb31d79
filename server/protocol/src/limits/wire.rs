//! What goes over the wire: sockets, frames and HTTP.

use super::messaging::ACCOUNT_CIRCLES_MAX;

/// A websocket message or frame, bytes.
pub const FRAME_BYTES_MAX: usize = 128 * 1024;
/// An HTTP body, bytes.
pub const HTTP_BODY_BYTES_MAX: usize = 1024 * 1024;
/// An HTTP request head, bytes.
pub const HTTP_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Websocket read buffer, bytes (the library's default costs 139 KiB for each idle socket).
pub const SOCKET_READ_BUFFER_BYTES: usize = 4 * 1024;
/// Websocket write buffer, bytes: more unsent than this and the socket is closed as too slow.
pub const SOCKET_WRITE_BUFFER_BYTES_MAX: usize = 512 * 1024;

/// Cursors in one frame.
pub const CURSORS_MAX: usize = ACCOUNT_CIRCLES_MAX;
/// Log entries in one `log` frame.
pub const LOG_PAGE_ENTRIES: usize = 64;
/// Bytes of log entries in one `log` frame.
pub const LOG_PAGE_BYTES: usize = 96 * 1024;
/// A commit, bytes. It stands in the log, and every device of its circle has to be sent it in one frame: a larger one would
/// end the socket of each of them whenever it connects. With 64 devices to bring in at once it has some 70 KiB.
pub const COMMIT_BYTES_MAX: usize = LOG_PAGE_BYTES;
/// Notices in one `inbox` frame.
pub const INBOX_PAGE: usize = 64;
/// Commands of one socket that await their answer.
pub const COMMANDS_IN_FLIGHT_MAX: usize = 16;
/// An ephemeral (typing, presence, receipts), bytes.
pub const EPHEMERAL_BYTES_MAX: usize = 1024;
/// Ephemerals of one socket that await the store's word; more are dropped.
pub const EPHEMERALS_ASKED_MAX: usize = 4;
/// Ephemerals that wait for one socket to look; more are dropped.
pub const EPHEMERALS_WAITING_MAX: usize = 32;

/// TLS handshake, seconds.
pub const TLS_HANDSHAKE_S: u64 = 5;
/// Reading a request's head, seconds.
pub const HTTP_HEAD_S: u64 = 10;
/// Handling one request, seconds.
pub const HTTP_REQUEST_S: u64 = 30;
/// From the upgrade to the first frame, seconds.
pub const HELLO_S: u64 = 5;
/// A websocket ticket lives this long, seconds.
pub const TICKET_S: i64 = 30;
/// Between two pings, seconds.
pub const PING_S: u64 = 25;
/// Silence after which a socket is dead, seconds.
pub const SILENCE_S: u64 = 60;
/// Poll for what a lost wake did not announce, seconds.
pub const POLL_S: u64 = 20;
/// An answer to an operation is remembered at least this long, seconds.
pub const OPERATION_S: i64 = 7 * 86_400;
