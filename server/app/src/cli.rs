//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use protocol::{AuditView, PersonId};

/// End-to-end encrypted messaging for human-services agencies.
#[derive(Debug, Parser)]
#[command(name = "carecircle", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look around: an invented agency on this machine, with sign-in links to try.
    Demo(Demo),
    /// Serve an agency.
    Serve(Serve),
    /// Read the configuration as `serve` would and print what would hold, secrets masked.
    CheckConfig(Serve),
    /// Do something with a server that is running.
    #[command(subcommand)]
    Admin(Admin),
    /// The audit log: ask it, take it out, check it.
    #[command(subcommand)]
    Audit(Audit),
    /// The keys under which fields are sealed: list, rotate, revoke; erase a client; change the root key.
    #[command(subcommand)]
    Keys(Keys),
    /// The clock of the server, after it jumped.
    #[command(subcommand)]
    Clock(Clock),
    /// Print the OpenAPI document.
    Openapi,
    /// Print which web client this binary serves: the SHA-256 of every file, and last of all of them together.
    Bundle,
}

/// What can be said of the clock.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Say that it is right as it is: mails are sent again, and those that are too late by now are skipped.
    Confirm(Where),
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that the log is what was signed, and name the first entry that is not. Ends with 3 then.
    Verify(AuditVerify),
    /// Who saw a client, what did a person do, who looked where they are not assigned?
    Query(AuditQuery),
    /// Write the log to a file that can be checked without this server.
    Export(AuditExport),
}

/// Whose log: that of a running server, or of a directory where none runs.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Where the data is. The root key is looked for beside it, as the demo puts it.
    #[arg(long, default_value = "target/demo", value_name = "DIRECTORY")]
    pub data: PathBuf,
    /// The server's configuration, which says where data, database and root key are.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub config: Option<PathBuf>,
}

/// What can be done with the keys that seal.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Print every key: its name, whether it seals, since when.
    List(Where),
    /// Make a new key and seal everything anew under it, beside a running server; begun before, it goes on.
    Rotate(KeysRotate),
    /// Destroy a retained key that nothing is sealed under any more.
    Revoke(KeysRevoke),
    /// Erase a client whom nobody serves any more: destroy their own key, for good. Not to be undone.
    ShredClient(KeysShredClient),
    /// Make another key with which the server tells circles that a device must leave; circles take it up with
    /// a case manager's next change.
    RotateRemoval(Where),
    /// Make another agency key, which devices pin; once every circle has heard of it, the same command puts it in
    /// the place of the present one, and destroys that.
    RotateAgency(Where),
    /// Put another root key in the place of the present one.
    Rewrap(KeysRewrap),
}

/// Options of `keys rotate`.
#[derive(Debug, Clone, Args)]
pub struct KeysRotate {
    /// Also give every client a new key of their own, and seal what is about them anew under it.
    #[arg(long)]
    pub clients: bool,
    #[command(flatten)]
    pub place: Where,
}

/// Options of `keys shred-client`.
#[derive(Debug, Clone, Args)]
pub struct KeysShredClient {
    /// The client.
    #[arg(value_name = "PERSON")]
    pub client: PersonId,
    #[command(flatten)]
    pub place: Where,
}

/// Options of `keys rewrap`.
#[derive(Debug, Clone, Args)]
pub struct KeysRewrap {
    /// The new root key: a file of 32 random bytes, mode 0400, outside the data directory; or, where systemd
    /// runs this, `credential:NAME`. A running server reads it too.
    #[arg(long, value_name = "FILE")]
    pub new_root_key: PathBuf,
    #[command(flatten)]
    pub place: Where,
}

/// Options of `keys revoke`.
#[derive(Debug, Clone, Args)]
pub struct KeysRevoke {
    /// The key, as `keys list` prints it.
    #[arg(value_name = "KEY")]
    pub key: String,
    #[command(flatten)]
    pub place: Where,
}

/// Options of `audit verify`.
#[derive(Debug, Clone, Args)]
pub struct AuditVerify {
    /// An export. Without it, the log of the server or directory is taken out and checked.
    #[arg(value_name = "EXPORT")]
    pub export: Option<PathBuf>,
    #[command(flatten)]
    pub place: Where,
    /// The log's key as it was noted elsewhere: NAME+ID+KEY. Without it the export's own is used.
    #[arg(long, value_name = "KEY")]
    pub verifier_key: Option<String>,
    /// Checkpoints that were kept elsewhere: a copy of `audit-checkpoints`.
    #[arg(long, value_name = "FILE")]
    pub checkpoints: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `audit query`.
#[derive(Debug, Clone, Args)]
pub struct AuditQuery {
    /// What is asked: `client`, `person`, `off_assignment`, `exports`.
    #[arg(value_name = "VIEW", value_parser = audit_view)]
    pub view: AuditView,
    #[command(flatten)]
    pub place: Where,
    /// The client or person.
    #[arg(long, value_name = "ID")]
    pub person: Option<PersonId>,
    /// Not before: microseconds since 1970.
    #[arg(long, value_name = "MICROS")]
    pub from: Option<i64>,
    /// Before: microseconds since 1970.
    #[arg(long, value_name = "MICROS")]
    pub until: Option<i64>,
    /// Only what was refused.
    #[arg(long)]
    pub denied: bool,
    /// Go on after an earlier page.
    #[arg(long, value_name = "CURSOR")]
    pub before: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `audit export`.
#[derive(Debug, Clone, Args)]
pub struct AuditExport {
    #[command(flatten)]
    pub place: Where,
    /// Only what concerns this client, each entry with the proof that it stands in the log.
    #[arg(long, value_name = "ID")]
    pub client: Option<PersonId>,
    /// The file to write; it must not exist. Without it, standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Reads what is asked of the audit log.
pub fn audit_view(text: &str) -> Result<AuditView, String> {
    AuditView::parse(text).ok_or_else(|| {
        let views: Vec<&str> = AuditView::ALL.iter().map(|view| view.as_str()).collect();
        format!("must be one of {}", views.join(", "))
    })
}

/// What can be done with a running server. It is spoken to over the socket in its data directory.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// In the demo: move the scheduler's clock forward, to see reminders leave. Nothing else moves:
    /// sessions, messages and bookings keep the real time.
    Clock(AdminClock),
    /// While the server is stopped: print the first administrator's one-time link, or another one's.
    InviteAdministrator(InviteAdministrator),
}

/// Options of `admin invite-administrator`.
#[derive(Debug, Clone, Args)]
pub struct InviteAdministrator {
    /// The agency's name, as people see it; used when there is none yet.
    #[arg(long, value_name = "NAME")]
    pub agency: String,
    /// The administrator's name.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Make a further administrator, where nobody can sign in as one any more.
    #[arg(long)]
    pub another: bool,
    /// The installation.
    #[command(flatten)]
    pub server: Serve,
}

/// Options of `admin clock`.
#[derive(Debug, Clone, Args)]
pub struct AdminClock {
    /// How far: 90m, 26h, 7d. Without it the clock is only read.
    #[arg(value_name = "FORWARD", value_parser = forward)]
    pub forward_s: Option<i64>,
    /// Where the server's data is.
    #[arg(long, default_value = "target/demo", value_name = "DIRECTORY")]
    pub data: PathBuf,
}

/// Reads 90m, 26h or 7d as seconds; at most 800 days.
fn forward(text: &str) -> Result<i64, String> {
    let unit = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err("must end in m, h or d".to_owned()),
    };
    let number = text[..text.len() - 1].parse::<u32>();
    let seconds = number.map(|n| i64::from(n) * unit);
    match seconds {
        Ok(seconds) if seconds <= 800 * 86_400 => Ok(seconds),
        _ => Err("must be a number and m, h or d, at most 800d".to_owned()),
    }
}

/// Options of `demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Start over: delete the demo's data and its root key first.
    #[arg(long)]
    pub fresh: bool,
    /// Where to listen; a loopback address.
    #[arg(long, default_value = "127.0.0.1:8443", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Where the data is. The root key stands beside it, in a file whose name ends in `-root-key`.
    #[arg(long, default_value = "target/demo", value_name = "DIRECTORY")]
    pub data: PathBuf,
    /// What is logged: a level, or a list such as `info,carecircle_gateway=debug`.
    #[arg(long, default_value = "info,sqlx=warn", value_name = "LEVEL")]
    pub log: String,
}

/// Options of `serve` and `check-config`. Flags go before the environment, which goes before the file.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The configuration, in TOML.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where the data is.
    #[arg(long, value_name = "DIRECTORY")]
    pub data: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn a_time_forward_reads() {
        assert_eq!(super::forward("90m"), Ok(5_400));
        assert_eq!(super::forward("7d"), Ok(604_800));
        for bad in ["", "7", "d", "-1d", "1w", "801d", "é"] {
            assert!(super::forward(bad).is_err(), "{bad}");
        }
    }
}
