//! What a device remembers only while it runs: how it stands with the server, what it has asked, what is on its way or
//! due. It travels from turn to turn and is not stored; a device that starts anew finds it out again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::frame::Notice;
use protocol::http::{Intake, InvitationFound};
use protocol::{AccountId, CircleId, OpId, PersonId, Timestamp};

use crate::api::Link;
use crate::ask::Ask;
use crate::invited::Invited;
use crate::link::SignInLink;
use crate::sealing::Sealed;

/// What is not worth storing: after a restart it is found out again.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about one moment, each read and written on its own"
)]
pub struct Volatile {
    /// How the device stands.
    pub link: Option<Link>,
    /// How far its stored rows open.
    pub sealed: Sealed,
    /// It came by an invitation, and the server has opened to it meanwhile.
    pub let_in: bool,
    /// A person wants it online.
    pub wanted: bool,
    /// Failed attempts to connect since the last success.
    pub attempts: u32,
    /// The session was refused, and was asked for once more.
    pub refused_once: bool,
    /// When to try again.
    pub retry_at: Option<Timestamp>,
    /// What a sign-in is named by that is signed once the server has heard of the log-off before it.
    pub to_sign: Option<protocol::Bytes>,
    /// The ticket for the socket being opened.
    pub ticket: Option<protocol::Bytes>,
    /// Requests that await their answer.
    pub asked: BTreeMap<u32, Ask>,
    /// The number of the last request.
    pub last_request: u32,
    /// What was asked and could not be said: asked again.
    pub unread: Vec<Ask>,
    /// A link that was looked at.
    pub invitation: Option<Invitation>,
    /// Notices in order; the first one is being worked on.
    pub inbox: VecDeque<Notice>,
    /// The first notice could not be worked on: the server was out of reach.
    pub inbox_stuck: bool,
    /// Circles with a message at the server, by its operation.
    pub flying: BTreeMap<OpId, CircleId>,
    /// Circles with a founding, claim or commit at the server.
    pub committing: BTreeSet<CircleId>,
    /// The request whose answer last said how a circle stands there: what answers an earlier one is older.
    pub circles_read: BTreeMap<CircleId, u32>,
    /// Circles to leave alone until the next connection: the server said no.
    pub blocked: BTreeSet<CircleId>,
    /// Circles where the server asked this device to commit a removal.
    pub commit_asked: BTreeSet<CircleId>,
    /// Circles where too many commits in a row lost their race, and until when none is made there.
    pub rests: BTreeMap<CircleId, Timestamp>,
    /// How often a commit was refused there since the log last moved.
    pub commit_attempts: BTreeMap<CircleId, u32>,
    /// When the next leaf's keys may be renewed, if any are to be.
    pub self_update_at: Option<Timestamp>,
    /// Until when the Welcome is awaited into circles that this device was brought into.
    pub welcomes_due: BTreeMap<CircleId, Timestamp>,
    /// Circles that this device is coming into just now: from the asking for the group to the answer to the commit.
    pub returning: BTreeSet<CircleId>,
    /// Circles in whose group this person has a later identity key than this device knows: the vault is
    /// being read.
    pub behind: BTreeSet<CircleId>,
    /// Circles that this device came into since the last `hello`, which did not name them.
    pub unfollowed: BTreeSet<CircleId>,
    /// Circles whose history is being read just now.
    pub reading: BTreeSet<CircleId>,
    /// How far this device's clock is ahead of the server's, seconds.
    pub skew_s: i64,
    /// The person's devices as the server named them.
    pub devices: Option<protocol::http::Devices>,
    /// Until when it is waited for that this device comes into its person's circles.
    pub shut_out_at: Option<Timestamp>,
    /// The person whose invitation a page shows.
    pub watching: Option<PersonId>,
    /// How it stood when the server last said so.
    pub came: Option<(PersonId, Intake)>,
    /// When it is to be asked for again.
    pub look_at: Option<Timestamp>,
    /// This device shows a link to a new one: the link's secret.
    pub enrolling: Option<[u8; 16]>,
    /// The same while the server is asked to let the new one in: it may be that its person must first show who
    /// they are.
    pub approving: Option<[u8; 16]>,
    /// The vault was read since this device went online, so pins and era keys are here.
    pub vault_read: bool,
    /// A vault is on its way to the server.
    pub vault_flying: bool,
    /// What stands in the vault's place at this version is none of this person's, as far as this device can see; who can
    /// say is being asked.
    pub closed_vault: Option<u64>,
    /// It was written over since this device went online.
    pub wrote_over: bool,
    /// The vault was opened again at this version.
    pub reopened: u64,
    /// When this device last told that its person is writing.
    pub typed_at: BTreeMap<CircleId, Timestamp>,
    /// When read receipts are due.
    pub receipts_due: BTreeMap<CircleId, Timestamp>,
    /// What came of the present epoch's ephemerals: a server that sends one again is not heard.
    pub heard: BTreeMap<CircleId, (u64, BTreeSet<[u8; 24]>)>,
    /// How far others have read.
    pub receipts: BTreeMap<CircleId, BTreeMap<AccountId, u64>>,
}

/// A link that was looked at.
#[derive(Clone)]
pub struct Invitation {
    /// The link.
    pub link: SignInLink,
    /// Whom it is for.
    pub found: InvitationFound,
    /// Whose invitation it is, if a case manager's device made it.
    pub invited: Option<Invited>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(…)")
    }
}
