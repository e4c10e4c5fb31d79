//! The commands as they are typed, and what `--help` says of them.

use carecircle_headless::ServerUrl;
use clap::{Parser, Subcommand, ValueEnum};
use protocol::DeviceId;

use super::At;

/// A carecircle device without a screen.
#[derive(Parser)]
#[command(name = "carecircle-device", version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

/// Whether a circle is to keep history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// A new device of somebody who is in the circle can read what was said
    On,
    /// It starts empty
    Off,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Make this directory a device of the person whom a link is for
    ///
    /// A sign-in link of the agency's makes the person's first device. A link that `add-device` shows
    /// makes a further one: six digits are printed, to be typed on the first device.
    Enrol {
        /// The link, as it was given out or shown
        #[arg(long)]
        link: String,
        #[command(flatten)]
        at: At,
    },
    /// Make this directory a device of the person whose recovery code this is
    Recover {
        /// The server's address, `https://host[:port]`
        #[arg(long)]
        server: ServerUrl,
        /// The code; read from standard input if absent, so that no other program sees it
        #[arg(long)]
        code: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// List this person's devices, and how their keys would be got back
    Devices {
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// Show a link to a new device and let it in once its six digits are typed here
    ///
    /// Prints the link as the first line of standard output, waits for a device that opens it, then
    /// reads one line of standard input: the six digits from the new device's screen. Any other line
    /// turns it away.
    AddDevice {
        #[command(flatten)]
        at: At,
    },
    /// Sign another device of this person out for good, here and in every circle
    Revoke {
        /// Which, as `devices` lists it
        #[arg(long)]
        device: DeviceId,
        #[command(flatten)]
        at: At,
    },
    /// The same for a stolen one: every key that it had is replaced, marks of verification fall
    Stolen {
        /// Which, as `devices` lists it
        #[arg(long)]
        device: DeviceId,
        #[command(flatten)]
        at: At,
    },
    /// Make a recovery code and print it; an earlier one ends
    RecoveryCode {
        #[command(flatten)]
        at: At,
    },
    /// Choose a password, or another one; read from the first line of standard input
    SetPassword {
        /// The name that goes with it: letters, digits and . - _ @ +
        #[arg(long)]
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// Add a code app: its secret is printed, then a code of it is read from standard input
    CodeApp {
        #[command(flatten)]
        at: At,
    },
    /// Sign in by a password; it, and a code where one is needed, are lines of standard input
    SignIn {
        /// The name that goes with it
        #[arg(long)]
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// List the circles
    Circles {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// What this device has counted about itself: what could not be read, how often it fell behind
    Counters {
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// List the people of a circle
    Members {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// The client allows a caregiver no longer: they lose every circle at once
    Withdraw {
        /// The caregiver, by name or account
        #[arg(long)]
        caregiver: String,
        /// The client, by name or account; needed where several know this caregiver
        #[arg(long)]
        client: Option<String>,
        /// One mail without a reason clears their calendar of coming visits; without it nobody is told
        #[arg(long)]
        clear_calendar: bool,
        #[command(flatten)]
        at: At,
    },
    /// Leave a circle
    Leave {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        #[command(flatten)]
        at: At,
    },
    /// Staff, with the person before them: end all their keys, print a link to begin anew
    NewKeys {
        /// The person, by name or account
        #[arg(long)]
        person: String,
        #[command(flatten)]
        at: At,
    },
    /// A member's new keys are theirs, a human made sure: let them in again
    Trust {
        /// The member, by name or account
        #[arg(long)]
        member: String,
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        #[command(flatten)]
        at: At,
    },
    /// Whether a circle keeps what is said for devices that come later; staff and the client switch it
    ///
    /// Without `--keep` it only says how it stands. What was said before a switch stays as it was: what was
    /// not kept then never comes back.
    History {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        /// From here on, keep what is said or do not
        #[arg(long)]
        keep: Option<Keep>,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// Staff begin a broken circle's group anew
    Reset {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        #[command(flatten)]
        at: At,
    },
    /// Leave a circle's broken or stopped group behind and come back in
    Rejoin {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        #[command(flatten)]
        at: At,
    },
    /// Print a conversation, history included
    Read {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// Send a message and wait until the server has it
    Send {
        /// The circle, by its title or id
        #[arg(long)]
        circle: String,
        /// What to say
        text: String,
        #[command(flatten)]
        at: At,
    },
    /// Print messages as they come, until interrupted
    Watch {
        /// Only this circle, by its title or id
        #[arg(long)]
        circle: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
}
