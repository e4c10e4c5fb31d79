//! Books, moves and cancels visits, and does what is due.
//!
//! This room is still empty: the first booked visit and the first reminder are the next thing that is
//! built. What will stand here, and the walls it will have to keep:
//!
//! * **Booking** in one transaction: `care` decides with the same rules as the slot search; the store
//!   locks the resources, writes claims, appointment, participants, planned reminders and the audit
//!   entry together. No mail and no network inside.
//! * **Due work** from rows, never from timers in memory: a short transaction takes a lease, the world
//!   is read afresh and the decision is made again (still booked? consent alive? quiet hours?), the mail
//!   leaves outside any transaction, a short transaction settles: Done, Later or Never. A dead worker is
//!   a late worker.
//! * **Agency jobs** on cron expressions: the next occurrence is a row, so there is no leader. The
//!   wrapper around the `cron` crate mends what that gets wrong around clock changes.
//!
//! It is the only crate that may know `cron`; it imports `protocol`, `care`, `store` and `mail`, and
//! holds no SQL and no HTTP.
