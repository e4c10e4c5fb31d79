//! How people come by an invitation that a case manager's device made.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use device::api::{Awaits, Command, Event, IntakeView};
use headless::Seen;
use headless::faults::NoFaults;
use protocol::http::{AddCaregiver, AddClient, PersonCard};
use protocol::{Code, IntakeState, Language, OpId, PersonId};

use super::{DEADLINE, Phone, Story};
use crate::Person;

impl Story {
    /// A new device opens an invitation, scanned or typed, and enrols; it waits to be confirmed.
    pub async fn comes(&self, person: Person, invitation: &str) -> Result<Phone> {
        let name = format!("device of {}", person.name);
        let phone = self
            .open(&self.nothing(person, &name), Arc::new(NoFaults))
            .await?;
        let link = invitation.to_owned();
        phone.device.command(Command::OpenLink { link }).await?;
        let invited = |event: &Event| matches!(event, Event::Invitation { .. });
        phone
            .device
            .wait_for(invited, DEADLINE)
            .await
            .context("the invitation is looked at")?;
        phone.device.command(Command::Enrol).await?;
        Ok(phone)
    }

    /// A new device opens an invitation that must open nothing; answers why.
    pub async fn is_not_let_in(
        &self,
        person: Person,
        name: &str,
        invitation: &str,
    ) -> Result<Code> {
        let phone = self
            .open(&self.nothing(person, name), Arc::new(NoFaults))
            .await?;
        let link = invitation.to_owned();
        phone.device.command(Command::OpenLink { link }).await?;
        let refused = |event: &Event| matches!(event, Event::Problem { .. });
        match phone.device.wait_for(refused, DEADLINE).await? {
            Event::Problem { code, .. } => Ok(code),
            _ => unreachable!("just matched"),
        }
    }
}

impl Phone {
    /// A case manager adds a client who is entrusted to them.
    pub async fn adds_client(&self, name: &'static str, n: u8) -> Result<Person> {
        let add = AddClient {
            op_id: OpId::from_bytes([n; 16]),
            name: name.to_owned(),
            phone: None,
        };
        let card: PersonCard = self.asks("POST", "/v1/people", &add).await?;
        Ok(person(&card, name))
    }

    /// A case manager adds a caregiver of a client's.
    pub async fn adds_caregiver(
        &self,
        client: PersonId,
        name: &'static str,
        n: u8,
    ) -> Result<Person> {
        let add = AddCaregiver {
            op_id: OpId::from_bytes([n; 16]),
            name: name.to_owned(),
            relationship: "sister".to_owned(),
            phone: None,
        };
        let path = format!("/v1/people/{client}/caregivers");
        let card: PersonCard = self.asks("POST", &path, &add).await?;
        Ok(person(&card, name))
    }

    /// Invites somebody; answers what the page shows.
    pub async fn invites(&self, person: Person) -> Result<IntakeView> {
        self.device.mark();
        let command = Command::InvitePerson {
            person: person.person,
            account: person.account,
        };
        self.device.command(command).await?;
        self.intake(|view| view.link.is_some()).await
    }

    /// Invites somebody by mail; answers what the page shows.
    pub async fn mails_invitation(&self, person: Person, email: &str) -> Result<IntakeView> {
        self.device.mark();
        let command = Command::MailInvitation {
            person: person.person,
            account: person.account,
            email: email.to_owned(),
            language: Language::En,
        };
        self.device.command(command).await?;
        self.intake(|view| view.mailed && view.state == Some(IntakeState::Open))
            .await
    }

    /// Waits until an invitation stands as wanted on this page.
    pub async fn intake(&self, wanted: impl Fn(&IntakeView) -> bool) -> Result<IntakeView> {
        let fits = |event: &Event| matches!(event, Event::Intake { intake } if wanted(intake));
        match self.device.wait_for(fits, DEADLINE).await? {
            Event::Intake { intake } => Ok(intake),
            _ => unreachable!("just matched"),
        }
    }

    /// Waits until somebody came, whose digits are shown here.
    pub async fn digits(&self) -> Result<String> {
        let view = self.intake(|view| view.digits.is_some()).await?;
        view.digits.context("just seen")
    }

    /// Says who whoever came is; answers how the invitation stands then.
    pub async fn confirms(&self, person: Person, in_person: bool) -> Result<IntakeView> {
        self.device.mark();
        let person = person.person;
        let command = Command::ConfirmPerson { person, in_person };
        self.device.command(command).await?;
        let settled = |view: &IntakeView| {
            let state = view.state;
            matches!(state, Some(IntakeState::Verified | IntakeState::LetIn))
        };
        self.intake(settled).await
    }

    /// What the waiting page of this new device shows.
    pub async fn awaits(&self) -> Result<Awaits> {
        let waits = |seen: &Seen| awaits(seen).is_some();
        let seen = self.device.wait_until(waits, DEADLINE).await?;
        awaits(&seen).context("just seen")
    }
}

fn awaits(seen: &Seen) -> Option<Awaits> {
    seen.status.as_ref()?.awaits.clone()
}

fn person(card: &PersonCard, name: &'static str) -> Person {
    Person {
        person: card.person,
        account: card.account,
        name,
        role: card.role,
    }
}
