//! News of a series that was dropped in the last moment. While a mail is in hand it counts as told; a change made
//! meanwhile therefore leaves it to speak for the series, and so no other visit does. Once it was dropped because it
//! holds no more, another one is to say it, and at once.
//!
//! That is planned right after the lease, each visit in a transaction of its own: a row that cannot be read stops
//! nothing that is in hand. Whatever comes between is found by night ([`crate::jobs::reconcile`]).

use care::Caller;
use care::rules::{Act, Asker, Standing};
use protocol::AppointmentId;

use crate::appointments;
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::series::mails;
use crate::store::Store;
use crate::tx::Tx;

impl Store {
    /// Plans anew what is to be said of these visits and of the series that they belong to.
    pub(super) async fn plan_unsaid(&self, visits: Vec<AppointmentId>) {
        for id in visits {
            if let Err(error) = self.plan_unsaid_of(id).await {
                tracing::error!(%error, "news of a series could not be planned anew");
            }
        }
    }

    async fn plan_unsaid_of(&self, id: AppointmentId) -> Result<()> {
        let caller = Caller::scheduler();
        self.write("plan unsaid", async move |tx: &mut Tx| {
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::LeaseDeliveries, standing, object)?;
            let row = appointments::hold(tx, id).await?;
            super::replan(tx, id).await?;
            mails::speak(tx, row.series).await?;
            tx.audit(Entry::done(&caller, permit, object).about(row.client()));
            Ok(())
        })
        .await
    }
}
