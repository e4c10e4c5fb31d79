//! Who may do what, and what follows.
//!
//! This crate is the agency's rule book. It is pure: no database, no socket, no clock of its own. The
//! store loads what is true, hands it over, and applies the answer inside the same transaction; so a
//! rule cannot be skipped by taking another road to the data.
//!
//! * [`rules`]: **one table** of what is allowed. An act that no row allows is refused. Every check in
//!   the product ends in [`rules::may`], whose [`rules::Permit`] the store needs before it writes an
//!   audit entry: nothing happens unasked and nothing happens unseen.
//! * [`caller`]: who asks ([`Caller`]) and for what purpose ([`Purpose`]). Every verb of the store
//!   takes one.
//! * [`membership`]: how far somebody has come into a circle, as types: which ways there are.
//! * [`private`]: names, titles, notes and relationships. They cannot print themselves; reading one
//!   needs the word `reveal`, which a reviewer can search for.
//! * [`civil`]: what clocks on walls say. An appointment is agreed as a civil time in a zone; the
//!   instant follows from it, by the zone database inside this binary or by one that the agency names.
//! * [`availability`]: a worker's hours, and from them the times at which somebody could come; right
//!   through clock changes. The same rules judge a time that somebody typed.
//! * [`reminders`]: which mails an appointment wants, to whom, due when and worthless after when. One
//!   pure function of what is true; every change of the truth asks it again.
//! * [`quiet`]: in which hours of their day somebody gets mails: not by night, or only when they say it is safe.
//! * [`unread`]: when somebody is told by mail that messages wait which none of their devices has. It says
//!   nothing else, comes by day, and seldom.
//! * [`no_show`]: what follows when a client did not come: a neutral mail the next morning, or a call.
//! * [`ways_in`]: what somebody of a role must be able to show, and which names they may sign in by.
//! * [`email`]: mail addresses that are safe in a header and in an envelope, masked like names; [`message_id`]:
//!   what names a mail that is answered; [`phone`]: numbers by which people are called; [`place`]: where they go.
//! * [`texts`]: what the server itself says to people, in their language; [`words_of_time`]: days and
//!   times as people read them; [`words_of_series`]: how often visits repeat.
//! * [`series`]: by which rule visits repeat, and on which days that is.
//! * [`visit_type`]: the kinds of visits that an agency offers, and what booking one must keep to.
//! * [`closure`]: days on which an agency is closed. Every worker's hours know them.
//! * [`booking_link`]: what a link by which a client books must be, before anybody looks into the database.
//! * [`Clock`] and [`Chance`]: time and randomness enter the server at its edge and are passed down
//!   from there, so that tests and the simulation can own both.
//!
//! An example of the whole life of a right, as the product tells it: a case manager names the daughter
//! in a circle ([`protocol::MemberState::Invited`]: no right yet) under a consent that the client gave;
//! a device that is in the group adds her device (`Confirmed`); the consent is withdrawn, and from that
//! instant no row of the table matches her any more, whatever the circle's group still says.
#![deny(missing_docs)]

pub mod appointment;
pub mod availability;
pub mod booking_link;
pub mod caller;
mod chance;
pub mod civil;
mod clock;
pub mod closure;
pub mod email;
pub mod membership;
pub mod message_id;
pub mod no_show;
pub mod phone;
pub mod place;
pub mod private;
pub mod quiet;
pub mod reminders;
pub mod rules;
pub mod series;
pub mod texts;
pub mod unread;
pub mod visit_type;
pub mod ways_in;
pub mod words_of_series;
pub mod words_of_time;

pub use caller::{Caller, Purpose};
pub use chance::Chance;
pub use clock::Clock;
