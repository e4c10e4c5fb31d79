//! People with native devices of the real core, each with its store on the disk, over real sockets: what
//! [`crate::rejoin`] and [`crate::revoke`] measure.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use care::Caller;
use care::private::Name;
use device::api::{CirclePhase, Command, Event, Link};
use gateway::Rates;
use headless::{Headless, Settings, Tls};
use protocol::{AccountId, CircleId, MemberState, Role};
use store::PersonAdded;
use testkit::{Down, Engine, Options, TestServer};
use tokio::task::JoinSet;

use crate::append::tick;

/// The longest wait for anything: what takes longer does not work.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// A server whose clock is this machine's, and the disks of its people's devices.
pub struct Agency {
    /// The server.
    pub server: TestServer,
    disks: AtomicU32,
    _ticking: JoinSet<()>,
}

impl Agency {
    /// On SQLite. Everybody comes from one address, so the number of sockets of an address is raised;
    /// every other limit is the default.
    pub async fn open(sockets: u32) -> Result<Self> {
        let mut options = Options::new(Engine::Sqlite);
        options.rates = Rates {
            sockets_per_address: sockets,
            ..Rates::default()
        };
        let ticking = tick(&options.clock);
        Ok(Self {
            server: TestServer::start_with(options).await?,
            disks: AtomicU32::new(0),
            _ticking: ticking,
        })
    }

    /// Takes the server down.
    pub async fn close(mut self) -> Result<()> {
        self.server.down(Down::Gracefully).await
    }

    /// Somebody with an account.
    pub async fn add(&self, name: &str, role: Role) -> Result<PersonAdded> {
        let installation = Caller::installation();
        let store = self.server.store();
        Ok(store
            .add_person(&installation, Name::new(name)?, role)
            .await?)
    }

    fn disk(&self) -> PathBuf {
        let number = self.disks.fetch_add(1, Ordering::Relaxed);
        self.server.directory().join(format!("device {number}"))
    }

    async fn device(&self) -> Result<Headless> {
        let device = Headless::open_with(Settings {
            server: Some(self.server.url().parse()?),
            tls: Some(Tls::authorities(self.server.ca_pem().as_bytes())?),
            clock: self.server.clock().for_device(),
            ..Settings::new(self.disk())
        });
        Ok(device.await?)
    }

    /// Somebody's first device, enrolled by a link and online.
    pub async fn enrol(&self, account: AccountId) -> Result<Headless> {
        let (store, url) = (self.server.store(), self.server.url());
        let link = testkit::agency::link(store, &url, account).await?;
        let device = self.device().await?;
        device.command(Command::OpenLink { link }).await?;
        let invited = |event: &Event| matches!(event, Event::Invitation { .. });
        device.wait_for(invited, DEADLINE).await?;
        device.command(Command::Enrol).await?;
        online(&device).await?;
        Ok(device)
    }

    /// A further device, which has opened the link that an earlier one shows, and waits there for its
    /// person's word: [`Command::ApproveDevice`] lets it in.
    pub async fn offer(&self, first: &Headless) -> Result<Headless> {
        first.mark();
        first.command(Command::AddDevice).await?;
        let shown = |event: &Event| matches!(event, Event::DeviceLink { .. });
        let Event::DeviceLink { link, .. } = first.wait_for(shown, DEADLINE).await? else {
            anyhow::bail!("just seen")
        };
        let device = self.device().await?;
        device.command(Command::OpenLink { link }).await?;
        let waits = |seen: &headless::Seen| {
            let devices = seen.devices.as_ref();
            devices.is_some_and(|devices| devices.waiting.is_some())
        };
        first
            .wait_until(waits, DEADLINE)
            .await
            .context("the offer is shown")?;
        Ok(device)
    }
}

/// Waits until the server knows the device.
pub async fn online(device: &Headless) -> Result<()> {
    let online = |seen: &headless::Seen| is_online(seen);
    device.wait_until(online, DEADLINE).await?;
    Ok(())
}

/// Whether the server knows the device.
pub fn is_online(seen: &headless::Seen) -> bool {
    let status = seen.status.as_ref();
    status.is_some_and(|status| status.link == Link::Online)
}

/// Waits until the device is in the circle, with so many people in its group.
pub async fn joins(device: &Headless, circle: CircleId, people: usize) -> Result<()> {
    let inside = |seen: &headless::Seen| {
        seen.circles.iter().any(|view| {
            let confirmed = |member: &&_| confirmed(member);
            view.id == circle
                && view.phase == CirclePhase::Ready
                && view.members.iter().filter(confirmed).count() >= people
        })
    };
    device
        .wait_until(inside, DEADLINE)
        .await
        .with_context(|| format!("a device joins with {people} people"))?;
    Ok(())
}

fn confirmed(member: &device::api::MemberView) -> bool {
    member.state == MemberState::Confirmed
}
