//! What comes after a visit to which the client did not come: messages that wait, something written to the address of
//! our mails, a series, a colleague who comes and comes no longer, and the way to another visit.

use anyhow::{Context as _, Result, ensure};
use care::Caller;
use care::civil::{Date, plus_days};
use care::email::EmailAddress;
use mail::{Mail, Postbox as _, ReturnAddress, read_arrived};
use protocol::frame::{Ack, Cursor};
use protocol::http::{Appointment, BookSeries, ChangeTeam, SeriesBooked};
use protocol::{AccountId, CircleId, Outcome, Scope};
use reqwest::Method;
use scheduler::Intake;
use store::SessionToken;

use super::kinds::{ANSWER, BOOK_AGAIN, LEFT, SERIES, SERIES_OFF, TEAM};
use super::{CLIENT_AT, Season, WRITTEN, keep_sessions};
use crate::contract::house::{Beside, append};
use crate::contract::postbox::{FROM, letter};

/// Among the clerks.
const DANA: usize = 0;
const CLIENT: usize = 2;

impl Season<'_> {
    /// See the head, from eleven on that Tuesday until ten in the next morning.
    pub(super) async fn go_on(
        &mut self,
        tuesday: Date,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        self.at(tuesday, "11:00").await?;
        self.says(DANA).await?;
        self.at(tuesday, "11:11").await?;
        self.client_is_away().await;
        self.post("unread", each).await?;
        self.says(CLIENT).await?;
        self.write_a_mail().await?;
        self.post(ANSWER, each).await?;
        self.at(tuesday, "11:30").await?;
        self.repeat(plus_days(tuesday, 3), each).await?;
        self.bring_a_colleague(plus_days(tuesday, 3), each).await?;
        self.at(plus_days(tuesday, 1), "08:00").await?;
        self.post("digest", each).await?;
        self.read().await?;
        self.at(plus_days(tuesday, 1), "10:00").await?;
        self.post(BOOK_AGAIN, each).await
    }

    /// Whoever did not come last time was there after all: the next time is the first again.
    pub(super) async fn put_right(&mut self) -> Result<()> {
        match self.missed.take() {
            Some(card) => self.close(&card, Outcome::Completed).await.map(drop),
            None => Ok(()),
        }
    }

    // --- messages that wait ----------------------------------------------------------------------

    /// The circle's group is there, and Dana's and the client's devices are in it.
    pub(super) async fn gather(&mut self, circle: CircleId) -> Result<()> {
        self.circle = circle;
        let beside = Beside(self.server.database());
        beside.gather(circle, &[]).await;
        let circle = beside.id(circle.as_bytes());
        for clerk in [DANA, CLIENT] {
            let who = self.caller(clerk).await?;
            let device = beside.id(who.device.as_bytes());
            let account = beside.id(who.account.as_bytes());
            let roster = format!(
                "INSERT INTO circle_device (circle, device, account, added_seq)
                 VALUES ({circle}, {device}, {account}, 0)"
            );
            beside.run(&roster).await;
            let member = format!(
                "UPDATE circle_member SET state = 'confirmed'
                 WHERE circle = {circle} AND account = {account}"
            );
            beside.run(&member).await;
        }
        Ok(())
    }

    async fn caller(&self, clerk: usize) -> Result<Caller> {
        let token = SessionToken::parse(&self.clerks[clerk].cookie).context("a session")?;
        Ok(self.server.store().caller(&token).await?)
    }

    /// Somebody writes into the circle; the client is at no device then or later.
    async fn says(&mut self, clerk: usize) -> Result<()> {
        self.said += 1;
        keep_sessions(self.server).await;
        let who = self.caller(clerk).await?;
        let message = append(self.circle, self.said);
        self.server.store().append(&who, message).await?;
        self.client_is_away().await;
        Ok(())
    }

    async fn client_is_away(&self) {
        let beside = Beside(self.server.database());
        let account = beside.id(self.client.account.as_bytes());
        beside
            .run(&format!(
                "UPDATE session SET last_seen_at = 1 WHERE account = {account}"
            ))
            .await;
    }

    /// Dana's device has everything.
    async fn read(&self) -> Result<()> {
        let cursor = Cursor {
            circle: self.circle,
            generation: 0,
            seq: u64::from(self.said),
        };
        let ack = Ack {
            cursors: vec![cursor],
            inbox: None,
        };
        let who = self.caller(DANA).await?;
        self.server.store().ack(&who, ack).await?;
        Ok(())
    }

    /// The client answers a mail.
    async fn write_a_mail(&self) -> Result<()> {
        let store = self.server.store().clone();
        let intake = Intake::new(store, EmailAddress::parse(FROM)?, ReturnAddress::new(FROM)?);
        let id = format!("<{}@mailbox.example>", self.said);
        let text = letter(&id, CLIENT_AT, WRITTEN).replace('\n', "\r\n");
        let arrived = read_arrived(text.as_bytes(), CLIENT_AT);
        ensure!(intake.knows(FROM));
        intake.take(FROM, arrived).await?;
        Ok(())
    }

    // --- other visits ----------------------------------------------------------------------------

    /// Two visits, and both are called off.
    async fn repeat(
        &mut self,
        day: Date,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let request = BookSeries {
            first: self.visit(day, "13:00"),
            rule: "FREQ=WEEKLY;COUNT=2".to_owned(),
            skip_conflicts: false,
        };
        let dana = &self.clerks[DANA];
        let booked: SeriesBooked = dana.asks(Method::POST, "/v1/series", &request).await?;
        self.post(SERIES, each).await?;
        let first = booked.appointments.first().context("two visits")?;
        self.call_off(first, Scope::All).await?;
        self.post(SERIES_OFF, each).await
    }

    /// Sam is to come to a visit as well, then no longer, and then it is called off.
    async fn bring_a_colleague(
        &mut self,
        day: Date,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let card = self.book(day, "15:00").await?;
        self.post("invitation", each).await?;
        let sam = vec![self.agency.sam.account];
        let card = self.change_team(&card, sam).await?;
        self.post(TEAM, each).await?;
        let card = self.change_team(&card, Vec::new()).await?;
        self.post(LEFT, each).await?;
        self.call_off(&card, Scope::This).await?;
        self.post("cancellation", each).await
    }

    async fn change_team(
        &mut self,
        card: &Appointment,
        staff: Vec<AccountId>,
    ) -> Result<Appointment> {
        self.server.clock().advance(60);
        let request = ChangeTeam {
            op_id: self.op(),
            sequence: card.sequence,
            staff,
            take_over: false,
        };
        self.does(card, "team", &request).await
    }
}
