//! Rights that have run out by themselves, in circles into which something is to be said: until the removal of whoever
//! had one has begun ([`crate::departures`]) it waits, as it does afterwards for the removal's commit.

use std::collections::BTreeSet;

use protocol::CircleId;
use uuid::Uuid;

use crate::error::Result;
use crate::many::MANY_MAX;
use crate::tx::Tx;

many! {
    // Only where a device is still in the group, and no other right of the same kind holds.
    LAPSED = [circle: Id, now: Integer] "
        SELECT k.id FROM asked CROSS JOIN circle k
        WHERE k.id = asked.circle AND (
            EXISTS (SELECT 1 FROM consent_circle lc JOIN consent l ON l.id = lc.consent
                WHERE lc.circle = k.id AND l.until_at <= asked.now AND l.withdrawn_at IS NULL
                AND EXISTS (SELECT 1 FROM circle_device w JOIN account v ON v.id = w.account
                    WHERE w.circle = k.id AND v.person = l.caregiver AND v.role = 'caregiver')
                AND NOT EXISTS (SELECT 1 FROM consent o JOIN consent_circle oc ON oc.consent = o.id
                    WHERE oc.circle = k.id AND o.client = l.client AND o.caregiver = l.caregiver
                    AND o.from_at <= asked.now AND o.withdrawn_at IS NULL
                    AND (o.until_at IS NULL OR o.until_at > asked.now)))
            OR EXISTS (SELECT 1 FROM assignment l
                WHERE l.client = k.client AND l.ended_at <= asked.now
                AND EXISTS (SELECT 1 FROM circle_device w JOIN account v ON v.id = w.account
                    WHERE w.circle = k.id AND w.account = l.account AND v.role = 'case_manager')
                AND NOT EXISTS (SELECT 1 FROM assignment o
                    WHERE o.account = l.account AND o.client = l.client
                    AND o.from_at <= asked.now
                    AND (o.ended_at IS NULL OR o.ended_at > asked.now))))";
}

/// Those of these circles in which a right has run out whose removal has not begun yet.
pub(crate) async fn lapsed(
    tx: &mut Tx,
    circles: &BTreeSet<CircleId>,
) -> Result<BTreeSet<CircleId>> {
    let now = tx.now().micros();
    let circles: Vec<CircleId> = circles.iter().copied().collect();
    let mut lapsed = BTreeSet::new();
    for circles in circles.chunks(MANY_MAX) {
        let mut select = tx.many(&LAPSED, circles.len());
        for circle in circles {
            select = select.row(|row| row.bind(circle.uuid()).bind(now));
        }
        let found = select.all::<(Uuid,)>().await?;
        lapsed.extend(found.into_iter().map(|(circle,)| CircleId::from(circle)));
    }
    Ok(lapsed)
}
