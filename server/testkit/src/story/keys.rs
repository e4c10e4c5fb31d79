//! How people's keys come to further devices, are lost, stolen and begun anew.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use device::api::{CircleView, Command, DevicesView, Event, Item};
use headless::Seen;
use headless::faults::NoFaults;
use protocol::http::{AskNewKeys, NewKeys};
use protocol::{CircleId, Code, DeviceId, OpId};

use super::{DEADLINE, Off, Phone, Story};
use crate::Person;

impl Story {
    /// A device directory of this name, with nothing in it yet.
    pub fn nothing(&self, person: Person, name: &str) -> Off {
        let data = self.server.directory().join(name);
        Off { person, data }
    }

    /// A new device opens the link that an earlier one of the same person shows; the digits on both are
    /// compared, and it is let in.
    pub async fn enrol_further(&self, first: &Phone, name: &str) -> Result<Phone> {
        first.device.mark();
        first.device.command(Command::AddDevice).await?;
        let shown = |event: &Event| matches!(event, Event::DeviceLink { .. });
        let Event::DeviceLink { link, .. } = first.device.wait_for(shown, DEADLINE).await? else {
            unreachable!("just matched")
        };
        let new = self
            .open(&self.nothing(first.person, name), Arc::new(NoFaults))
            .await?;
        let link = format!("{}/#{link}", self.server.url());
        new.device.command(Command::OpenLink { link }).await?;
        let digits = |event: &Event| matches!(event, Event::Enrolment { .. });
        let Event::Enrolment { code } = new.device.wait_for(digits, DEADLINE).await? else {
            unreachable!("just matched")
        };
        let waits = |seen: &Seen| waiting(seen).is_some();
        let seen = first.device.wait_until(waits, DEADLINE).await?;
        ensure!(
            waiting(&seen) == Some(code.as_str()),
            "both screens show the same digits"
        );
        first.device.command(Command::ApproveDevice).await?;
        new.online().await.context("the further device enrols")?;
        Ok(new)
    }

    /// A new device from a recovery code.
    pub async fn recover(&self, person: Person, name: &str, code: &str) -> Result<Phone> {
        let new = self
            .open(&self.nothing(person, name), Arc::new(NoFaults))
            .await?;
        let code = code.to_owned();
        new.device.command(Command::Recover { code }).await?;
        new.online().await.context("the code enrols a device")?;
        Ok(new)
    }

    /// A recovery code is tried that must open nothing; answers why.
    pub async fn with_code(&self, person: Person, name: &str, code: &str) -> Result<Code> {
        let new = self
            .open(&self.nothing(person, name), Arc::new(NoFaults))
            .await?;
        let code = code.to_owned();
        new.device.command(Command::Recover { code }).await?;
        let refused = |event: &Event| matches!(event, Event::Problem { .. });
        let Event::Problem { code, .. } = new.device.wait_for(refused, DEADLINE).await? else {
            unreachable!("just matched")
        };
        Ok(code)
    }

    /// Nothing is left of a person's keys: a case manager, with the person before them, lets them begin
    /// anew on a new device.
    pub async fn begin_anew(&self, staff: &Phone, person: Person, name: &str) -> Result<Phone> {
        let path = format!("/v1/people/{}/new-keys", person.person);
        let body = AskNewKeys {
            op_id: OpId::from_bytes([0x4e; 16]),
        };
        let NewKeys { link, .. } = staff.asks("POST", &path, &body).await?;
        let new = self
            .open(&self.nothing(person, name), Arc::new(NoFaults))
            .await?;
        let link = format!("{}/#{link}", self.server.url());
        new.device.command(Command::OpenLink { link }).await?;
        let invited = |event: &Event| matches!(event, Event::Invitation { .. });
        new.device.wait_for(invited, DEADLINE).await?;
        new.device.command(Command::Enrol).await?;
        new.online().await.context("the new device enrols")?;
        Ok(new)
    }
}

impl Phone {
    /// Waits until the person's devices are as wanted.
    pub async fn devices(&self, wanted: impl Fn(&DevicesView) -> bool) -> Result<DevicesView> {
        let fits = |seen: &Seen| seen.devices.as_ref().is_some_and(&wanted);
        let seen = self.device.wait_until(fits, DEADLINE).await;
        let seen = seen.with_context(|| format!("{}: devices", self.person.name))?;
        seen.devices.context("just seen")
    }

    /// This device's id.
    pub async fn id(&self) -> Result<DeviceId> {
        let view = self
            .devices(|view| view.devices.iter().any(|one| one.this))
            .await?;
        let this = view.devices.iter().find(|one| one.this);
        Ok(this.context("just seen")?.device)
    }

    /// Prints a recovery code; the server has what it opens when this returns.
    pub async fn prints_a_recovery_code(&self) -> Result<String> {
        self.id().await?;
        self.device.mark();
        self.device.command(Command::MakeRecoveryCode).await?;
        let made = |event: &Event| matches!(event, Event::RecoveryCode { .. });
        let Event::RecoveryCode { code } = self.device.wait_for(made, DEADLINE).await? else {
            unreachable!("just matched")
        };
        self.devices(|view| view.backup.code).await?;
        Ok(code)
    }

    /// Signs another device of this person's out for good.
    pub async fn signs_out_there(&self, device: DeviceId) -> Result<()> {
        self.id().await?;
        self.device
            .command(Command::RevokeDevice { device })
            .await?;
        let gone = |view: &DevicesView| view.devices.iter().all(|one| one.device != device);
        self.devices(gone).await?;
        Ok(())
    }

    /// The same because it was stolen.
    pub async fn reports_stolen(&self, device: DeviceId) -> Result<()> {
        self.id().await?;
        self.device
            .command(Command::ReportStolen { device })
            .await?;
        let gone = |view: &DevicesView| view.devices.iter().all(|one| one.device != device);
        self.devices(gone).await?;
        Ok(())
    }

    /// Waits until this device was told that its session is over.
    pub async fn is_signed_out(&self) -> Result<()> {
        let over = |seen: &Seen| {
            let link = seen.status.as_ref().map(|status| status.link);
            link == Some(device::api::Link::SignedOut)
        };
        let waited = self.device.wait_until(over, DEADLINE).await;
        waited.with_context(|| format!("{} is signed out", self.person.name))?;
        Ok(())
    }

    /// Waits until a circle is as wanted on this device.
    pub async fn circle(
        &self,
        circle: CircleId,
        wanted: impl Fn(&CircleView) -> bool,
    ) -> Result<CircleView> {
        let fits = |one: &&CircleView| one.id == circle && wanted(one);
        let until = |seen: &Seen| seen.circles.iter().any(|one| fits(&one));
        let seen = self.device.wait_until(until, DEADLINE).await;
        let seen = seen.with_context(|| {
            let now = self.device.seen().circles;
            let now = now.into_iter().find(|one| one.id == circle);
            format!("{}: the circle is {now:?}", self.person.name)
        })?;
        let found = seen.circles.iter().find(fits).cloned();
        found.context("just seen")
    }

    /// Waits until the person is in no such circle any more.
    pub async fn no_longer_sees(&self, circle: CircleId) -> Result<()> {
        let gone = |seen: &Seen| seen.circles.iter().all(|one| one.id != circle);
        let waited = self.device.wait_until(gone, DEADLINE).await;
        waited.with_context(|| format!("{} still sees a circle", self.person.name))?;
        Ok(())
    }

    /// Waits for an entry of a conversation.
    pub async fn sees(&self, circle: CircleId, wanted: impl Fn(&Item) -> bool) -> Result<Item> {
        let looking = async {
            let mut events = self.device.events();
            loop {
                let items = self.device.items(circle, 1_000).await?;
                if let Some(found) = items.into_iter().find(&wanted) {
                    return Ok(found);
                }
                events.next().await.context("the device ended")?;
            }
        };
        let found = tokio::time::timeout(DEADLINE, looking).await;
        found.with_context(|| format!("{} does not see what was expected", self.person.name))?
    }
}

fn waiting(seen: &Seen) -> Option<&str> {
    seen.devices.as_ref()?.waiting.as_deref()
}
