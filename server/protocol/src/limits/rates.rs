//! Rates that an agency may need to raise: the defaults of `[limits]` in the configuration, and nothing else.

/// Sockets of one account.
pub const SOCKETS_PER_ACCOUNT: u32 = 10;
/// Sockets of one address.
pub const SOCKETS_PER_ADDRESS: u32 = 50;
/// Frames a second on one socket, sustained.
pub const FRAMES_PER_SECOND: u32 = 20;
/// Frames at once on one socket.
pub const FRAMES_BURST: u32 = 60;

/// Failed sign-ins of one address before it must wait.
pub const FAILURES_PER_ADDRESS: u32 = 20;
/// Failed sign-ins of one address a minute after that.
pub const FAILURES_PER_ADDRESS_MINUTE: u32 = 6;
/// Failed sign-ins an hour of one network: an IPv4 /24, an IPv6 /56.
pub const FAILURES_PER_NETWORK_HOUR: u32 = 200;
/// Failed sign-ins by password of one account, or by one name that is nobody's, before it must wait.
pub const FAILURES_PER_ACCOUNT: u32 = 10;
/// Failed sign-ins by password of one account a minute after that.
pub const FAILURES_PER_ACCOUNT_MINUTE: u32 = 1;

/// Commits, foundings and resets at once of one device: whoever has a new identity key brings it into all circles.
pub const COMMITS_BURST: u32 = 1_000;
/// Commits, foundings and resets of one device a minute after that.
pub const COMMITS_PER_MINUTE: u32 = 120;
/// Vaults that one device writes at once: one that comes into all circles writes it again and again.
pub const VAULTS_BURST: u32 = 500;
/// Vaults that one device writes a minute after that.
pub const VAULTS_PER_MINUTE: u32 = 30;
