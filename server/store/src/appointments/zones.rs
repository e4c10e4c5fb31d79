//! On whose clocks a visit is agreed: those that were wished, else those of its kind ([`care::place::anchor`]). The zone is
//! stored with the visit, and stays when its place, its team or its worker's hours change.
//!
//! The site is no row of its own. Where a worker sees people is where they work, and on whose clocks that is they said
//! with their hours; for whoever never did it is the agency's zone.

use care::Caller;
use care::civil::Zone;
use care::place::{Anchor, anchor};
use care::rules::Act;
use protocol::http::{VisitZone, VisitZones};
use protocol::{AccountId, AppointmentKind, PersonId};

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::hours::{self, Resource};
use crate::store::Store;
use crate::tx::Tx;
use crate::{preferences, standing};

impl Store {
    /// In which zone visits of the caller's with a client are agreed if no other is wished, of each kind.
    /// [`protocol::Code::NotFound`] unless the caller serves the client.
    pub async fn visit_zones(&self, caller: &Caller, client: PersonId) -> Result<VisitZones> {
        let caller = *caller;
        self.read_audited("visit zones", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::ReadVisitZones, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object).about(client));
            let own = hours::of(tx, caller.account).await?;
            let site = site(tx, own.as_slice(), caller.account);
            let theirs = preferences::zone_of(tx, client).await?;
            let mut zones = Vec::with_capacity(AppointmentKind::ALL.len());
            for kind in AppointmentKind::ALL {
                let at_the_site = anchor(*kind) == Anchor::Site;
                let zone = if at_the_site { &site } else { &theirs };
                zones.push(VisitZone {
                    kind: *kind,
                    zone: zone.name().to_owned(),
                    site: at_the_site,
                });
            }
            Ok(VisitZones { zones })
        })
        .await
    }
}

/// The zone of the site where a worker of the team sees people.
pub(crate) fn site(tx: &Tx, team: &[Resource], worker: AccountId) -> Zone {
    let own = team.iter().find(|one| one.account == worker);
    own.map_or_else(|| tx.core().zone.clone(), |own| own.zone.clone())
}

/// The wished zone, or that of the site, or the client's. [`protocol::Code::ZoneUnknown`].
pub(crate) async fn zone_for(
    tx: &mut Tx,
    wished: Option<&str>,
    (anchor, client): (Anchor, PersonId),
    site: &Zone,
) -> Result<Zone> {
    match (wished, anchor) {
        (Some(name), _) => Ok(tx.core().zones.find(name)?),
        (None, Anchor::Site) => Ok(site.clone()),
        (None, Anchor::Client) => preferences::zone_of(tx, client).await,
    }
}
