//! Urgent messages: "I have seen it and see to it", as a marker in the log.

use care::Caller;
use care::rules::Act;
use protocol::frame::{Done, Marker, UrgentAck, to_vec};
use protocol::{CircleId, Code, EntryKind, GroupId, Refusal, Urgency};

use crate::append::check_group;
use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::Result;
use crate::log::NewRow;
use crate::store::Store;
use crate::tx::Tx;
use crate::{rows, sessions, standing};

statements! {
    TARGET = "
        SELECT kind, urgency FROM circle_log WHERE circle = $1 AND generation = $2 AND seq = $3";
}

impl Store {
    /// Puts the acknowledgement of an urgent message into the log. It holds no ciphertext, so it is
    /// taken while a removal waits. The same operation again gets the same position.
    /// [`Code::NotFound`] if there is no such urgent message in the group of now.
    pub async fn acknowledge_urgent(&self, caller: &Caller, ack: UrgentAck) -> Result<Done> {
        let caller = *caller;
        let (op_id, circle) = (ack.op_id, ack.circle);
        let seq = self
            .write("acknowledge urgent", async move |tx: &mut Tx| {
                standing::hold_circle(tx, circle).await?;
                let facts = standing::to_circle(tx, &caller, circle, Some(op_id)).await?;
                if let Some(seq) = facts.seen {
                    return Ok(seq);
                }
                let object = Object::Circle(circle);
                let permit =
                    tx.authorize(&caller, Act::AcknowledgeUrgent, facts.standing, object)?;
                let state = facts.live()?;
                let group = |generation| GroupId { circle, generation };
                check_group(group(ack.generation), group(state.generation))?;
                facts.must_be_on_roster()?;
                must_be_urgent(tx, circle, &ack).await?;
                let body = to_vec(&Marker::UrgentAck(ack.seq));
                let row = NewRow {
                    circle,
                    generation: state.generation,
                    seq: state.next_seq,
                    kind: EntryKind::Marker,
                    epoch: state.epoch,
                    device: caller.device,
                    op_id,
                    mls: &[],
                    body: &body,
                    wrap: &[],
                    era: state.era,
                    urgency: Urgency::Routine,
                    accepted_at: tx.now(),
                };
                let entry = Entry::done(&caller, permit, object).about(state.client);
                rows::write(tx, circle, &[row], entry).await?;
                sessions::touch(tx, caller.session, facts.last_seen_at).await?;
                Ok(state.next_seq)
            })
            .await?;
        Ok(Done { op_id, seq })
    }
}

async fn must_be_urgent(tx: &mut Tx, circle: CircleId, ack: &UrgentAck) -> Result<()> {
    let row = tx
        .sql(TARGET)
        .bind(circle.uuid())
        .bind(i64::from(ack.generation))
        .bind(to_db(ack.seq))
        .maybe::<(String, String)>()
        .await?;
    if let Some((kind, urgency)) = row
        && db::entry_kind(&kind)? == EntryKind::Message
        && db::urgency(&urgency)? != Urgency::Routine
    {
        return Ok(());
    }
    Err(Refusal::new(Code::NotFound, "no such urgent message").into())
}
