//! What the gateway must be told.

use std::net::TcpListener;
use std::sync::Arc;

use care::{Chance, Clock};
use protocol::limits;
use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::pages::DemoMails;

/// Everything that [`crate::start`] needs beside the store, the hub and the web client's files.
pub struct Settings {
    /// Where to listen, already bound (see [`crate::bind`]): the port must be known before the
    /// store is opened, because devices sign the server's name with it.
    pub listener: TcpListener,
    /// Origins whose pages may speak to this server, as browsers write them
    /// (`https://care.example.org`). The first is the one that people are sent to.
    pub origins: Vec<String>,
    /// How much of everything.
    pub rates: Rates,
    /// Networks for which the limits by address do not hold: an office behind one address.
    pub trusted_networks: Vec<Network>,
    /// Certificate and TLS parameters (see [`crate::tls_config`]).
    pub tls: Arc<rustls::ServerConfig>,
    /// Server time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
    /// The number to call, for pages that say "please call".
    pub phone: Option<String>,
    /// In the demo: the mails that it sent, for a page that shows them.
    pub demo_mails: Option<Arc<dyn DemoMails>>,
}

/// Rates and counts that an agency may need to raise: the `[limits]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// TCP connections in all.
    pub connections: usize,
    /// Websockets of one account.
    pub sockets_per_account: u32,
    /// Websockets of one address.
    pub sockets_per_address: u32,
    /// Frames a second on one websocket, sustained; more is read later.
    pub frames_per_second: u32,
    /// Frames at once on one websocket.
    pub frames_burst: u32,
    /// Failed sign-ins of one address before it must wait.
    pub failures_per_address: u32,
    /// Failed sign-ins of one address a minute after that.
    pub failures_per_address_minute: u32,
    /// Failed sign-ins an hour of one network (IPv4 /24, IPv6 /56).
    pub failures_per_network_hour: u32,
    /// Failed sign-ins by password of one account, or by a name that is nobody's, before it must wait.
    pub failures_per_account: u32,
    /// Failed sign-ins by password of one account a minute after that.
    pub failures_per_account_minute: u32,
    /// Commits, foundings and resets at once of one device.
    pub commits_burst: u32,
    /// Commits, foundings and resets of one device a minute after that.
    pub commits_per_minute: u32,
    /// Vaults that one device writes at once.
    pub vaults_burst: u32,
    /// Vaults that one device writes a minute after that.
    pub vaults_per_minute: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            connections: 10_000,
            sockets_per_account: limits::SOCKETS_PER_ACCOUNT,
            sockets_per_address: limits::SOCKETS_PER_ADDRESS,
            frames_per_second: limits::FRAMES_PER_SECOND,
            frames_burst: limits::FRAMES_BURST,
            failures_per_address: limits::FAILURES_PER_ADDRESS,
            failures_per_address_minute: limits::FAILURES_PER_ADDRESS_MINUTE,
            failures_per_network_hour: limits::FAILURES_PER_NETWORK_HOUR,
            failures_per_account: limits::FAILURES_PER_ACCOUNT,
            failures_per_account_minute: limits::FAILURES_PER_ACCOUNT_MINUTE,
            commits_burst: limits::COMMITS_BURST,
            commits_per_minute: limits::COMMITS_PER_MINUTE,
            vaults_burst: limits::VAULTS_BURST,
            vaults_per_minute: limits::VAULTS_PER_MINUTE,
        }
    }
}
