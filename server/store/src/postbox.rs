//! What comes back by mail. A mail that did not arrive marks the address ([`bounces`]); what a calendar answers is
//! noted and never calls anything off ([`calendars`]); whoever wrote otherwise is a task for whoever serves them
//! ([`answers`]). Of the mail itself nothing is kept but its Message-ID, sealed, until the automatic answer to it has
//! left; and of one by a stranger nothing at all.
//!
//! Mail servers give a mail again when they did not hear that it was taken: a keyed hash of what names it is kept
//! for some days, and a mail that is known does nothing more.

use care::Caller;
use care::email::EmailAddress;
use care::message_id::MessageId;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{Response, Timestamp};

use crate::audit::Object;
use crate::error::Result;
use crate::return_tokens::Sending;
use crate::seal::RECEIVED_MAIL_INDEX;
use crate::store::Store;
use crate::tx::Tx;

pub(crate) mod answers;
pub(crate) mod bounces;
pub(crate) mod calendars;

statements! {
    REMEMBER = "
        INSERT INTO received_mail (mark, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    FORGET = "DELETE FROM received_mail WHERE mark = $1";
}

/// A mail that came back, as far as it matters. It does not print.
#[derive(Clone)]
pub struct ArrivedMail {
    /// Where it came in.
    pub at: ArrivedAt,
    /// What names it: its Message-ID, or its head.
    pub named: String,
    /// Its Message-ID, if it has one that an answer can name.
    pub message_id: Option<MessageId>,
    /// By whom it says that it is.
    pub sender: Option<EmailAddress>,
    /// A program wrote it by itself: it gets no automatic answer.
    pub automatic: bool,
    /// What it is.
    pub content: ArrivedContent,
}

/// Where a mail came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrivedAt {
    /// At the address to which people answer.
    Replies,
    /// At the envelope sender of a mail that was sent.
    Returned(Sending),
}

/// What a mail is.
#[derive(Clone)]
pub enum ArrivedContent {
    /// A mail server says that a mail did not arrive and will not.
    Failed {
        /// The address is the reason.
        address: bool,
    },
    /// A mail server says something else about a mail.
    Passing,
    /// A calendar answers an invitation.
    Calendar(CalendarAnswer),
    /// Anything else.
    Other,
}

/// What a calendar answers (RFC 5546, section 3.2.3). It does not print: it holds an address.
#[derive(Clone, PartialEq, Eq)]
pub struct CalendarAnswer {
    /// The calendar's name of the appointment.
    pub uid: String,
    /// Whose answer.
    pub attendee: EmailAddress,
    /// The answer.
    pub response: Response,
    /// To which version of the appointment.
    pub sequence: u32,
    /// When it was given, on the clock of whoever gave it.
    pub stamp: Timestamp,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was taken before.
    Again,
    /// A mail did not arrive: that is noted.
    Bounced,
    /// A calendar's answer is noted.
    Noted,
    /// A calendar answered an invitation that holds no more, or not in a way that can be noted: a task.
    Stale,
    /// Somebody wrote: a task.
    Asked,
    /// Nobody is told and nothing is kept.
    LetGo,
}

impl Taken {
    /// The word for counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Bounced => "bounced",
            Self::Noted => "noted",
            Self::Stale => "stale",
            Self::Asked => "asked",
            Self::LetGo => "let_go",
        }
    }
}

/// In whose name a mail is seen to.
pub(crate) struct Doing {
    pub(crate) caller: Caller,
    pub(crate) permit: Permit,
}

impl Store {
    /// Sees to a mail that came back, all of it in one transaction. The same mail again does nothing more.
    pub async fn take_mail(&self, mail: ArrivedMail) -> Result<Taken> {
        let caller = Caller::scheduler();
        self.write("take mail", async move |tx: &mut Tx| {
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            let permit = tx.authorize(&caller, Act::TakeMail, standing, Object::Deliveries)?;
            let mark = mark(tx, &mail);
            let now = tx.now().micros();
            let fresh = tx.sql(REMEMBER).bind(mark.clone()).bind(now).run().await?;
            if fresh == 0 {
                return Ok(Taken::Again);
            }
            let taken = see_to(tx, &Doing { caller, permit }, &mail).await?;
            if taken == Taken::LetGo {
                tx.sql(FORGET).bind(mark).run().await?;
            }
            Ok(taken)
        })
        .await
    }
}

fn mark(tx: &Tx, mail: &ArrivedMail) -> Vec<u8> {
    let at = match mail.at {
        ArrivedAt::Replies => String::new(),
        ArrivedAt::Returned(Sending { id, .. }) => id.simple().to_string(),
    };
    let value = format!("{at}|{}", mail.named);
    let sealer = &tx.core().sealer;
    sealer.index(RECEIVED_MAIL_INDEX, &value).to_vec()
}

async fn see_to(tx: &mut Tx, doing: &Doing, mail: &ArrivedMail) -> Result<Taken> {
    match (&mail.content, mail.at) {
        (ArrivedContent::Failed { address }, ArrivedAt::Returned(sending)) => {
            bounces::note(tx, doing, sending, *address).await
        }
        // Only a token says which mail it is about; everybody can write a report.
        (ArrivedContent::Failed { .. } | ArrivedContent::Passing, _) => Ok(Taken::LetGo),
        (ArrivedContent::Calendar(answer), _) => calendars::note(tx, doing, mail, answer).await,
        // What programs write to the envelope's sender says that somebody is away.
        (ArrivedContent::Other, ArrivedAt::Returned(_)) if mail.automatic => Ok(Taken::LetGo),
        (ArrivedContent::Other, _) => answers::ask(tx, doing, mail).await,
    }
}
