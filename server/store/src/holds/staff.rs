//! A worker keeps a time of their own, and of whoever is to come along, while they fill in what is booked then, so that
//! no client takes it by a link and no colleague books something else there meanwhile. Booking uses up what they hold
//! (`appointments::book`).

use care::Caller;
use care::civil::CivilTime;
use care::place::{Anchor, anchor};
use care::rules::Act;
use protocol::http::TimeHeld;
use protocol::{AccountId, AppointmentKind, PersonId, Timestamp, VisitTypeId};
use uuid::Uuid;

use super::{Actor, Kept};
use crate::appointments::team::{self, Team};
use crate::appointments::zones::{site, zone_for};
use crate::appointments::{Asked, find_as_of};
use crate::audit::{Entry, Object};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::tx::Tx;
use crate::{hours, standing};

/// A time that a worker wants kept.
#[derive(Debug, Clone)]
pub struct HoldWish {
    /// For a visit with this client.
    pub client: PersonId,
    /// When it would begin.
    pub civil: CivilTime,
    /// On whose clocks; those of its kind if absent ([`care::place::anchor`]).
    pub zone: Option<String>,
    /// Where it would happen; if absent, somewhere that goes by the client's clocks.
    pub kind: Option<AppointmentKind>,
    /// How long, minutes.
    pub minutes: u16,
    /// As what kind of visit, if as one.
    pub visit_type: Option<VisitTypeId>,
    /// Whose time is kept as well: who else of the staff is to take part, each once.
    pub staff: Vec<AccountId>,
    /// What they let go for it: held for a visit that would have begun then.
    pub instead: Option<Timestamp>,
}

impl Store {
    /// Keeps a time of the caller's and of whoever is to come along, [`protocol::limits::HOLD_S`] long from now: of all
    /// of them or of none. Refused as a booking at that time is ([`Store::book`]), by what others hold as well; then
    /// what they held before stays. It counts once, for the caller.
    pub async fn hold_time(&self, caller: &Caller, wish: HoldWish) -> Result<TimeHeld> {
        let caller = *caller;
        self.write("hold time", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, wish.client).await?;
            let object = Object::Person(wish.client);
            let permit = tx.authorize(&caller, Act::HoldTime, standing, object)?;
            let team = Team::new(caller.account, &wish.staff);
            let locked = team.lock(tx).await?;
            team::must_be_bookable(tx, &team, &locked).await?;
            let site = site(tx, &locked, team.booked);
            let of = (wish.kind.map_or(Anchor::Client, anchor), wish.client);
            let asked = Asked {
                civil: wish.civil,
                zone: zone_for(tx, wish.zone.as_deref(), of, &site).await?,
                rules: hours::rules(tx, wish.visit_type, wish.minutes).await?,
            };
            let actor = caller.account.uuid();
            let as_of = (Some(actor), tx.now());
            let found = find_as_of(tx, &locked, &asked, as_of).await?;
            if let Some(instead) = wish.instead {
                super::let_go(tx, actor, instead).await?;
            }
            let own = locked.iter().find(|one| one.account == team.booked);
            let own = own.ok_or_else(|| Error::broken("nobody is booked"))?.id;
            let mut others: Vec<Uuid> = locked.iter().map(|one| one.id).collect();
            others.retain(|one| *one != own);
            let kept = Kept {
                resource: own,
                others,
                visit_type: wish.visit_type,
                start: found.start,
                claimed: found.claimed,
            };
            let until = super::make(tx, Actor::Worker(caller.account), &kept).await?;
            let others = team.others.iter().map(AccountId::uuid);
            let entry = Entry::done(&caller, permit, object).about(wish.client);
            tx.audit(entry.shown(others));
            Ok(TimeHeld {
                start: found.start,
                until,
            })
        })
        .await
    }

    /// Lets go of all that the caller holds. Again does nothing more.
    pub async fn let_times_go(&self, caller: &Caller) -> Result<()> {
        let caller = *caller;
        self.write("let times go", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::LetTimesGo, standing, object)?;
            super::let_all_go(tx, caller.account.uuid()).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }
}
