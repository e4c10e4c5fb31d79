//! What comes and goes by mail around a consent: answers of a calendar, letters, and mails about messages that
//! wait.

use anyhow::{Context as _, Result, ensure};
use care::email::EmailAddress;
use mail::{Mail, Postbox as _, ReadBack, ReturnAddress, read_arrived, read_back};
use protocol::http::Appointment;
use scheduler::Intake;
use testkit::{Person, TestServer, agency};

use crate::contract::desk::of;
use crate::contract::house::{Beside, texts};
use crate::contract::postbox::{CalendarText, FROM, letter, reply};

/// A caregiver's mail program, and the server that it writes to.
pub struct Mailbox<'s> {
    server: &'s TestServer,
    who: Person,
    uid: String,
}

impl<'s> Mailbox<'s> {
    /// With the invitation that came.
    pub fn with(server: &'s TestServer, who: Person, invitation: &ReadBack) -> Result<Self> {
        let calendar = invitation.calendar.as_deref().context("a calendar file")?;
        let uid = calendar.lines().find_map(|line| line.strip_prefix("UID:"));
        Ok(Self {
            server,
            who,
            uid: uid.context("a UID")?.to_owned(),
        })
    }

    async fn sends(&self, text: &str) -> Result<()> {
        let from = EmailAddress::parse(FROM)?;
        let returns = ReturnAddress::new(FROM).context("an address")?;
        let intake = Intake::new(self.server.store().clone(), from, returns);
        ensure!(intake.knows(FROM));
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let arrived = read_arrived(&bytes, &agency::email(self.who.name));
        intake.take(FROM, arrived).await.ok().context("not now")
    }

    /// Presses a button in the calendar.
    pub async fn presses(&self, id: &str, answer: &str) -> Result<()> {
        let address = agency::email(self.who.name);
        let answer = CalendarText {
            uid: &self.uid,
            sequence: 0,
            answer,
            // A calendar's clock may be ahead.
            stamp: "20991231T235959Z",
        };
        self.sends(&reply(id, &address, &answer)).await
    }

    /// Writes, and gets the automatic answer, which is all that comes.
    pub async fn writes(&self, id: &str) -> Result<ReadBack> {
        let address = agency::email(self.who.name);
        self.sends(&letter(id, &address, "When is it?")).await?;
        let mut answers = of(&self.server.do_due().await?, self.who);
        ensure!(answers.len() == 1, "{} mails", answers.len());
        answers.pop().context("an answer")
    }

    /// What is noted of their calendar's answers.
    pub async fn noted(&self, visit: &Appointment) -> Result<String> {
        let database = self.server.database();
        let visit = Beside(database).id(visit.id.as_bytes());
        let who = Beside(database).id(self.who.person.as_bytes());
        let sql = format!(
            "SELECT response FROM participant WHERE appointment = {visit} AND person = {who}"
        );
        texts(database, &sql).await.pop().context("a participant")
    }

    /// Mails about waiting messages that are still to come to them.
    pub async fn waiting(&self) -> usize {
        let database = self.server.database();
        let who = Beside(database).id(self.who.person.as_bytes());
        let sql = format!(
            "SELECT step FROM delivery
             WHERE person = {who} AND step = 'unread' AND state IN ('planned', 'leased')"
        );
        texts(database, &sql).await.len()
    }
}

/// How many of these mails can be read.
pub fn readable(mails: &[Mail]) -> usize {
    let read = mails.iter().filter_map(|mail| read_back(&mail.bytes));
    read.count()
}
