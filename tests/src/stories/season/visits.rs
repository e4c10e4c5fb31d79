//! What Dana does with visits in a season: books them, moves them, says where they are, calls them off, and says how
//! they went.

use anyhow::Result;
use care::civil::Date;
use mail::Mail;
use protocol::http::{
    Appointment, BookAppointment, CancelAppointment, ChangePlace, CloseAppointment, MoveAppointment,
};
use protocol::{AppointmentKind, CancelReason, NextStep, Outcome, Scope, limits};
use reqwest::Method;
use serde::Serialize;

use super::{MEETING, NOTE, OTHER_PLACE, PLACE, Season};

impl Season<'_> {
    /// Dana does that to a visit, as its page asks for it.
    pub(super) async fn does(
        &self,
        card: &Appointment,
        act: &str,
        request: &impl Serialize,
    ) -> Result<Appointment> {
        let path = format!("/v1/appointments/{}/{act}", card.id);
        self.clerks[0].asks(Method::POST, &path, request).await
    }

    pub(super) async fn close(
        &mut self,
        card: &Appointment,
        outcome: Outcome,
    ) -> Result<Appointment> {
        let request = CloseAppointment {
            op_id: self.op(),
            sequence: card.sequence,
            outcome,
            next_step: NextStep::None,
            note: NOTE.to_owned(),
        };
        self.does(card, "close", &request).await
    }

    /// One elsewhere, which is then somewhere else, at another time, and called off.
    pub(super) async fn change_mind(
        &mut self,
        day: Date,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let card = self.book_at(day, "15:00", PLACE).await?;
        self.post("invitation", each).await?;
        let card = self.go_elsewhere(&card).await?;
        self.post("invitation", each).await?;
        let change = MoveAppointment {
            op_id: self.op(),
            sequence: card.sequence,
            civil_start: format!("{day}T16:00"),
            zone: None,
            minutes: None,
            scope: Scope::This,
            skip_conflicts: false,
        };
        let moved = self.does(&card, "move", &change).await?;
        self.post("invitation", each).await?;
        self.call_off(&moved, Scope::This).await?;
        self.post("cancellation", each).await
    }

    pub(super) async fn call_off(&mut self, card: &Appointment, scope: Scope) -> Result<()> {
        let request = CancelAppointment {
            op_id: self.op(),
            sequence: card.sequence,
            reason: CancelReason::Agency,
            scope,
        };
        self.does(card, "cancel", &request).await?;
        self.server.clock().advance(limits::STAFF_UNDO_S);
        Ok(())
    }

    async fn books(&self, request: &BookAppointment) -> Result<Appointment> {
        self.clerks[0]
            .asks(Method::POST, "/v1/appointments", request)
            .await
    }

    pub(super) async fn book(&mut self, day: Date, clock: &str) -> Result<Appointment> {
        let request = self.visit(day, clock);
        self.books(&request).await
    }

    /// One to which the client goes.
    async fn book_at(&mut self, day: Date, clock: &str, place: &str) -> Result<Appointment> {
        let request = BookAppointment {
            kind: AppointmentKind::Court,
            visit_type: None,
            meeting_link: None,
            place: Some(place.to_owned()),
            ..self.visit(day, clock)
        };
        self.books(&request).await
    }

    pub(super) fn visit(&mut self, day: Date, clock: &str) -> BookAppointment {
        BookAppointment {
            op_id: self.op(),
            client: self.client.person,
            kind: AppointmentKind::Video,
            civil_start: format!("{day}T{clock}"),
            zone: None,
            minutes: 30,
            visit_type: Some(self.visit_type),
            caregivers: vec![self.caregiver.person],
            staff: Vec::new(),
            meeting_link: Some(MEETING.to_owned()),
            place: None,
        }
    }

    /// It is elsewhere.
    async fn go_elsewhere(&mut self, card: &Appointment) -> Result<Appointment> {
        let request = ChangePlace {
            op_id: self.op(),
            sequence: card.sequence,
            place: Some(OTHER_PLACE.to_owned()),
            scope: Scope::This,
        };
        self.does(card, "place", &request).await
    }
}
