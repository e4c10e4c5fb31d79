//! Why a mail about an appointment came, comes at another time, or did not come.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

words! {
    /// Why a mail about an appointment is late, or did not come. Some of these stand in its row; the others are what
    /// the plan says now of a mail that it does not want.
    MailReason {
        /// It comes at another time than it was meant for: nobody is reminded by night.
        0 QuietHours = "quiet_hours",
        /// The same: mails come to that person in the hours that they have chosen, and in no others.
        1 SafeHours = "safe_hours",
        /// The clock of the server is in doubt, and nothing is sent.
        2 ClockJump = "clock_jump",
        /// The mail server could not take it, or could not be reached.
        3 Deferred = "deferred",
        /// It was cut off while it was sent: it may have arrived.
        4 OutcomeUnknown = "outcome_unknown",
        /// They have said that they will be there.
        5 Confirmed = "confirmed",
        /// They have said that they will not come.
        6 Declined = "declined",
        /// They do not want to be reminded.
        7 OptedOut = "opted_out",
        /// No live consent of the client's covers it.
        8 NoConsent = "no_consent",
        /// They come to the appointment no longer.
        9 Left = "left",
        /// The appointment was over.
        10 Over = "over",
        /// It would only have repeated what they had just been told.
        11 Fresh = "fresh",
        /// The mail about the whole series says it.
        12 Series = "series",
        /// They never heard of the appointment: nobody needs to tell them that it is off.
        13 NeverTold = "never_told",
        /// There is no meeting link.
        14 NoLink = "no_link",
        /// Something changed before it left.
        15 Changed = "changed",
        /// One that came after it, or news of the appointment, was due as well, and said it all.
        16 Superseded = "superseded",
        /// Its time had passed: the server was down, or was told too late.
        17 TooLate = "too_late",
        /// It would have come outside their safe hours, and too late within them: somebody must tell them in another way.
        18 OutsideSafeHours = "outside_safe_hours",
        /// There is no address.
        19 NoAddress = "no_address",
        /// Nobody has said yet that the address is theirs.
        20 AddressUnconfirmed = "address_unconfirmed",
        /// A mail server refused the address, or whoever reads there says that it is not theirs.
        21 AddressRefused = "address_refused",
        /// The mail server would not take it.
        22 Rejected = "rejected",
        /// What it was to be written from cannot be read.
        23 Unreadable = "unreadable",
        /// It cannot be written.
        24 Unwritable = "unwritable",
        /// There was nothing to say.
        25 NothingToSay = "nothing_to_say",
    }
}
