//! What a mail depends on. Two equal letters are the same mail, byte for byte: whoever sends a mail again
//! must keep the facts of its first sending, above all when it was written.

use care::civil::Zone;
use care::email::EmailAddress;
use care::message_id::MessageId;
use care::place::Place;
use care::private::Name;
use jiff::civil::Date;
use protocol::http::Repeats;
use protocol::{AppointmentKind, Disclosure, Language, Step, Timestamp};

/// Who writes, as the world outside may see it. None of it need be the agency's name or domain, and
/// where these would tell something about the people who get mail from it, none of it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The sender's name in mail programs and calendars.
    pub from_name: String,
    /// The address of From, Reply-To and the calendar's organiser: somebody reads what comes back.
    pub from: String,
    /// Where links lead, `https://host`, without a slash at the end.
    pub link_base: String,
    /// The right side of Message-IDs: the domain of `from`.
    pub domain: String,
}

/// To whom a mail goes, and what makes it this one, whatever it says.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The recipient's language.
    pub language: Language,
    /// The one recipient.
    pub to: EmailAddress,
    /// When the mail was first written or planned: its Date, and the calendar file's DTSTAMP.
    pub written_at: Timestamp,
    /// The left side of the Message-ID, as hexadecimal digits.
    pub message_id: [u8; 16],
}

/// Everything that a mail about an appointment, a day or waiting messages depends on.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom it goes.
    pub envelope: Envelope,
    /// What the mail is for.
    pub step: Step,
    /// What the recipient allows mails to say. Facts above it are left out, whatever the letter holds.
    pub disclosure: Disclosure,
    /// The appointment, for every step that is about one.
    pub visit: Option<VisitFacts>,
    /// Other visits of the same day, later ones later, of which a reminder reminds too.
    pub beside: Vec<VisitFacts>,
    /// The day, for [`Step::Agenda`].
    pub agenda: Option<AgendaFacts>,
    /// What waits, for [`Step::Unread`] and [`Step::Digest`].
    pub update: Option<UpdateFacts>,
}

/// A mail with the link of an invitation, and nothing else. It does not print: the link lets somebody in.
#[derive(Clone)]
pub struct InvitationLetter {
    /// To whom it goes.
    pub envelope: Envelope,
    /// What follows the `#` of the link.
    pub link: String,
}

/// A mail that asks whether the address to which it goes is its person's. It does not print: whoever has the link says
/// so.
#[derive(Clone)]
pub struct AddressLetter {
    /// To whom it goes, if they are whom it is for.
    pub envelope: Envelope,
    /// The secret of the link, for `{link_base}/c/{token}`.
    pub token: String,
}

/// A mail with the link by which a client books a visit. It does not print: whoever has the link books.
#[derive(Clone)]
pub struct BookingLetter {
    /// To whom it goes.
    pub envelope: Envelope,
    /// What the recipient allows mails to say.
    pub disclosure: Disclosure,
    /// The secret of the link, for `{link_base}/b/{token}`.
    pub token: String,
}

/// A mail to whoever is to choose another time, of level 0: with a link to do it, or with the way to the app. Why it
/// comes it does not hold. It does not print: whoever has the link books.
#[derive(Clone)]
pub struct BookAgainLetter {
    /// To whom it goes.
    pub envelope: Envelope,
    /// The secret of the link, for `{link_base}/b/{token}`, if there is one.
    pub token: Option<String>,
}

/// The automatic answer to whoever wrote: nothing but that nobody answers there, and what to do instead.
#[derive(Debug, Clone)]
pub struct AnswerLetter {
    /// To whom it goes.
    pub envelope: Envelope,
    /// What names the mail that it answers.
    pub answered: Option<MessageId>,
    /// The number to call.
    pub phone: Option<String>,
}

/// What a mail may know of an appointment.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which changes a sentence"
)]
pub struct VisitFacts {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The zone in whose clock the recipient is told.
    pub zone: Zone,
    /// The recipient may think of other clocks: it is said which these are.
    pub zone_named: bool,
    /// Where it happens. Told at [`Disclosure::Details`] only.
    pub kind: AppointmentKind,
    /// The calendar's UID: the same for the appointment's whole life.
    pub uid: String,
    /// The calendar's SEQUENCE: higher with every change that is mailed.
    pub sequence: u32,
    /// The invitation is for a new time of an appointment that the recipient knows.
    pub moved: bool,
    /// It has the time that the recipient knows: the law of the clocks changed, and with it what calendars must hold.
    pub kept: bool,
    /// It has the time that the recipient knows: who of the staff comes changed.
    pub team: bool,
    /// A reminder of the hour before, or that the room is open, comes long before: it says neither.
    pub early: bool,
    /// It has the time that the recipient knows: its place changed.
    pub elsewhere: bool,
    /// The recipient comes no longer: a cancellation takes it off their calendar, and says nothing of others.
    pub left: bool,
    /// A calendar file goes with it: the recipient wants one, and of a reminder, no other mail brought it.
    pub calendar_file: bool,
    /// The series for which it speaks, if it does for more than the appointment.
    pub series: Option<SeriesFacts>,
    /// The secret of the link, for `{link_base}/l/{token}`.
    pub link_token: Option<String>,
    /// The worker's first name. Told at [`Disclosure::Details`] only.
    pub worker_first_name: Option<Name>,
    /// Where the video visit is. Told at [`Disclosure::Details`] only.
    pub meeting_link: Option<String>,
    /// Where to go. Told at [`Disclosure::Details`] only.
    pub place: Option<Place>,
}

/// What a mail may know of a series.
#[derive(Debug, Clone)]
pub struct SeriesFacts {
    /// How its visits repeat.
    pub repeats: Repeats,
    /// When they begin, the appointment's own start among them.
    pub starts: Vec<Timestamp>,
    /// There are others.
    pub more: bool,
    /// Reminders come before each.
    pub reminded: bool,
    /// The recipient knows the series, at other times.
    pub again: bool,
}

/// A link's secret opens the appointment and a meeting link opens the visit: neither prints.
impl std::fmt::Debug for VisitFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VisitFacts")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("zone_named", &self.zone_named)
            .field("kind", &self.kind)
            .field("sequence", &self.sequence)
            .field("moved", &self.moved)
            .field("kept", &self.kept)
            .field("team", &self.team)
            .field("early", &self.early)
            .field("elsewhere", &self.elsewhere)
            .field("left", &self.left)
            .field("calendar_file", &self.calendar_file)
            .field("series", &self.series)
            .finish_non_exhaustive()
    }
}

/// A worker's day: how many appointments and when they begin, nothing else.
#[derive(Debug, Clone)]
pub struct AgendaFacts {
    /// The worker's zone.
    pub zone: Zone,
    /// The worker may think of other clocks: it is said which these are.
    pub zone_named: bool,
    /// The day in that zone.
    pub day: Date,
    /// When the appointments begin, in order.
    pub starts: Vec<Timestamp>,
}

/// That messages wait: nothing of whose, and nothing of where.
#[derive(Clone)]
pub struct UpdateFacts {
    /// In how many conversations, for [`Step::Digest`]. Told from [`Disclosure::Times`] on.
    pub conversations: Option<usize>,
    /// The secret of the link that stops such mails, for `{link_base}/u/{token}`.
    pub stop_token: String,
}

/// Whoever has the secret stops the mails: it does not print.
impl std::fmt::Debug for UpdateFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateFacts")
            .field("conversations", &self.conversations)
            .finish_non_exhaustive()
    }
}
