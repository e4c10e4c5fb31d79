//! How a mail and a calendar file look and leave.
//!
//! This room is still empty: reminders are the next thing that is built. What will stand here, and the
//! walls it will have to keep:
//!
//! * **One builder** for every mail: plain text, HTML and, for a visit, the calendar part, with a
//!   Message-ID derived from the delivery's row, so that the same delivery is the same mail, byte for
//!   byte, however often it is sent.
//! * **Texts** in the recipient's language from `server/care/locales/`, at a disclosure level that the
//!   recipient chose. At the default level nothing names the client, the agency or the reason; tests
//!   plant canaries and search subject, body, calendar file, headers and links.
//! * **Transports** behind one enum: SMTP, a file (demo), memory (tests). The SMTP one brings its own
//!   timeout and its own limit on what is under way, because the library's cover only the connect.
//! * **Intake** of bounces and replies (`intake/`), which become tasks for a case manager.
//!
//! It is the only crate that may know `lettre`; it knows no database, decides nothing about who gets a
//! mail, and imports `protocol` and `care` only.
