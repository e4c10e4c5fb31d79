//! Books, moves and cancels visits, and does what is due.
//!
//! Parts that meet in the database and nowhere else:
//!
//! * **Booking** ([`booking`]): a request's form is checked, then one transaction of the store decides
//!   and writes everything: claims, appointment, participants, planned mails, audit entry. No mail and
//!   no network inside.
//!   What another program shows of somebody's calendar is read there too, and written as a calendar file (`feeds`).
//! * **Due work** ([`due`]): rows, never timers in memory. One reminder's way: [`store::Store::lease_due`]
//!   takes due rows in hand and decides again from what is true now (still booked? consent alive? not too
//!   late?) → [`letters`] turns the facts into a mail → the mail leaves outside any transaction, counted
//!   before DATA → [`store::Store::note_deliveries`] notes what became of it: done, later, or never (a
//!   task for the case manager). A dead worker is a late worker: its leases run out.
//!   Mails that one act has sent, such as an invitation's link, go the same way one after the other (`single_mails`).
//! * **Jobs** on cron expressions ([`expression`] mends what the `cron` crate gets wrong around clock
//!   changes): the next run is a row, so there is no leader. The daily agenda comes on each worker's own
//!   morning ([`jobs`]); what is done for the agency as a whole is in [`agency`], and [`misfire`] says what
//!   becomes of missed runs.
//!
//! * **The law of the clocks** may change under what is booked. [`zone_directory`] reads another release of the
//!   zone database than the one in the binary; under another release than before, everything to come is put
//!   where its civil time now is ([`agency::keep_civil_times`]) before anything else is done.
//!
//! * **What comes back** ([`Intake`]): a mail server hands over bounces and answers; each is seen to in one
//!   transaction of the store, and an automatic answer to it is due work like any other.
//!
//! [`start`] runs due work until it is stopped; [`Bell`] wakes it when something was planned.
//! Nothing else wakes it but its own next due row and a poll, so a lost wake costs seconds.
//!
//! The clock here is the scheduler's own: the demo can move it without moving anybody's session. It is watched
//! ([`clock_watch`]): if somebody sets it far, nothing is sent until it is back or a person says that it is right.
//!
//! It is the only crate that may know `cron`; it holds no SQL and no HTTP.
#![deny(missing_docs)]

pub mod agency;
mod bell;
pub mod booking;
pub mod clock_watch;
pub mod due;
pub mod expression;
mod feeds;
mod intake;
pub mod jobs;
mod ledger;
pub mod letters;
pub mod misfire;
mod running;
mod single_mails;
mod watching;
pub mod zone_directory;

pub use bell::Bell;
pub use booking::Scheduler;
pub use due::{Pass, Replies, Worker};
pub use intake::Intake;
pub use running::{Running, start};
