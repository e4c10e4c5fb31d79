//! A mail to send now, as the scheduler gets it, with all that it is written from.

use care::appointment::MeetingLink;
use care::civil::Zone;
use care::email::EmailAddress;
use care::place::Place;
use care::private::Name;
use protocol::http::Repeats;
use protocol::{AppointmentKind, DeliveryId, Disclosure, Language, Step, Timestamp};

use crate::hash::sha256;
use crate::links::LINK_SECRET_BYTES;

/// What one worker of the scheduler holds, so that only it settles what it leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(pub(crate) [u8; 16]);

/// A mail to send now, with all that it is written from. The same delivery leased again has the same
/// content: what it was first written from is kept.
#[derive(Debug, Clone)]
pub struct Due {
    /// The delivery.
    pub id: DeliveryId,
    /// What it is for.
    pub step: Step,
    /// Unique and stable: the Message-ID is made of it.
    pub message_id: [u8; 16],
    /// By what it is known if it comes back.
    pub return_token: String,
    /// Where it goes.
    pub to: EmailAddress,
    /// When it was first written.
    pub written_at: Timestamp,
    /// The recipient's language.
    pub language: Language,
    /// On whose clocks times are told.
    pub zone: Zone,
    /// What it may say: at most [`Disclosure::Times`] to anybody but the client.
    pub disclosure: Disclosure,
    /// What it is about.
    pub about: About,
    /// Of a reminder: other visits of the same day of which it reminds too, later ones later.
    pub beside: Vec<Facts>,
}

/// What a mail is about.
#[derive(Debug, Clone)]
pub enum About {
    /// An appointment.
    Appointment(Box<Facts>),
    /// A worker's day.
    Agenda {
        /// The day, `2026-12-01`.
        day: String,
        /// When its appointments begin.
        starts: Vec<Timestamp>,
        /// The agency's clocks show another time: it is said which these are.
        zone_named: bool,
    },
    /// Messages that wait.
    Update {
        /// In how many conversations; absent where it is not told.
        conversations: Option<usize>,
        /// The secret of the link that stops such mails.
        stop: [u8; LINK_SECRET_BYTES],
    },
}

/// What a mail about an appointment is written from.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which changes a sentence"
)]
pub struct Facts {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Whoever knows of other clocks may think of them: it is said on which it is told.
    pub zone_named: bool,
    /// Where it happens.
    pub kind: AppointmentKind,
    /// The calendar's name for it.
    pub uid: String,
    /// The calendar's version of it.
    pub sequence: u32,
    /// It was moved from another time.
    pub moved: bool,
    /// The law of the clocks changed, and on those by which the recipient is told it has the time that it had.
    pub kept: bool,
    /// Its time is as the recipient knows it: who of the staff comes changed.
    pub team: bool,
    /// It comes long before the start, though it is a reminder of the hour before or of the open room.
    pub early: bool,
    /// Its time is as the recipient knows it: its place changed.
    pub elsewhere: bool,
    /// The recipient comes no longer.
    pub left: bool,
    /// With a calendar file.
    pub calendar_file: bool,
    /// It speaks for the series that the appointment belongs to.
    pub series: Option<SeriesFacts>,
    /// The secret of the link.
    pub link: Option<[u8; LINK_SECRET_BYTES]>,
    /// The worker's name, at [`Disclosure::Details`] only.
    pub worker: Option<Name>,
    /// The meeting link, at [`Disclosure::Details`] only.
    pub meeting_link: Option<MeetingLink>,
    /// Where to go, at [`Disclosure::Details`] only.
    pub place: Option<Place>,
}

/// What a mail says of a series.
#[derive(Debug, Clone)]
pub struct SeriesFacts {
    /// How its visits repeat.
    pub repeats: Repeats,
    /// When the visits begin that it lists, the mail's own appointment among them.
    pub starts: Vec<Timestamp>,
    /// There are others.
    pub more: bool,
    /// Reminders come before each.
    pub reminded: bool,
    /// The recipient was told of it before: its times are new.
    pub again: bool,
}

/// From the row's `dedupe`, or those of all rows of a bundle: whoever sends it again sends the same one.
pub(super) fn message_id(dedupe: &[u8]) -> [u8; 16] {
    let hash = sha256(&[b"carecircle/message-id/v1", dedupe]);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}
