//! Reminders of one person that are due together are one mail for each day of theirs (scheduling.md, section 3): it
//! lists the visits, each with a link of its own. One of the deliveries, that of the first visit, carries it; `bundle`
//! of all of them names that one, and what becomes of the mail becomes of them all.
//!
//! A mail that may have left is sent again as it was or not at all: if one of its visits has changed since, nobody
//! knows whether the others were told, and a human is asked. Invitations and cancellations leave alone, and so does
//! the reminder that brings the calendar file of a visit of a series: there is one METHOD in a mail.
//!
//! Reminders that are due at different times stay apart: an hour before each of two visits is not the same hour.

use std::collections::HashMap;

use care::quiet::Leave;
use protocol::{Disclosure, Timestamp};
use uuid::Uuid;

use super::due::{About, Due, Lease, message_id};
use super::due_rows::DueRow;
use super::facts::Pins;
use crate::error::Result;
use crate::tx::Tx;

statements! {
    BEGUN = "
        SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN state IN ('planned', 'leased') THEN 1 ELSE 0 END), 0)
            AS BIGINT)
        FROM delivery WHERE bundle = $1 AND began > 0";
    OTHERS = "
        SELECT id FROM delivery
        WHERE bundle = $1 AND id <> $1 AND state = 'leased' AND lease = $2 ORDER BY id";
}

/// A delivery that is to leave now.
pub(super) struct Ready<'r> {
    pub(super) row: &'r DueRow,
    pub(super) due: Box<Due>,
    pub(super) pins: Pins,
    pub(super) leave: Leave,
}

impl Ready<'_> {
    fn starts(&self) -> Timestamp {
        match &self.due.about {
            About::Appointment(facts) => facts.start,
            About::Agenda { .. } | About::Update { .. } => self.due.written_at,
        }
    }

    /// With which others it leaves; nothing if it leaves alone.
    fn together(&self) -> Option<Together> {
        let row = self.row;
        if row.began > 0 {
            return row.bundle.map(Together::Before);
        }
        let About::Appointment(facts) = &self.due.about else {
            return None;
        };
        let has_file = facts.calendar_file && self.due.disclosure >= Disclosure::Times;
        (self.due.step.is_reminder() && !has_file).then(|| Together::OfDay {
            person: row.person,
            account: row.account,
            disclosure: self.due.disclosure.as_str(),
            day: self.due.zone.date(facts.start).to_string(),
        })
    }
}

/// What leaves as one mail.
#[derive(PartialEq, Eq, Hash)]
enum Together {
    /// As it may have left already: that delivery carries it.
    Before(Uuid),
    /// Visits of one day on the recipient's clocks.
    OfDay {
        person: Uuid,
        account: Option<Uuid>,
        disclosure: &'static str,
        day: String,
    },
}

/// What becomes of deliveries that are ready.
pub(super) enum Gathered<'r> {
    /// They are one mail, by the starts of their visits.
    Leaves(Vec<Ready<'r>>),
    /// So many wait for others of the mail in which they may have left.
    Waits(usize),
    /// The mail in which they may have left would be another now.
    Broken(Vec<&'r DueRow>),
}

/// Puts together what leaves as one mail.
pub(super) async fn gather<'r>(tx: &mut Tx, ready: Vec<Ready<'r>>) -> Result<Vec<Gathered<'r>>> {
    let mut mails: Vec<Vec<Ready<'r>>> = Vec::with_capacity(ready.len());
    let mut places: HashMap<Together, usize> = HashMap::new();
    for one in ready {
        let next = mails.len();
        let place = one.together();
        let place = place.map_or(next, |together| *places.entry(together).or_insert(next));
        match mails.get_mut(place) {
            Some(mail) => mail.push(one),
            None => mails.push(vec![one]),
        }
    }
    let mut gathered = Vec::with_capacity(mails.len());
    for mut mail in mails {
        mail.sort_by_key(|one| (one.starts(), one.row.id));
        gathered.push(whole(tx, mail).await?);
    }
    Ok(gathered)
}

/// Whether all are there with which it may have left.
async fn whole<'r>(tx: &mut Tx, mail: Vec<Ready<'r>>) -> Result<Gathered<'r>> {
    let before = mail.first().filter(|one| one.row.began > 0);
    let Some(bundle) = before.and_then(|one| one.row.bundle) else {
        return Ok(Gathered::Leaves(mail));
    };
    let (all, open): (i64, i64) = tx.sql(BEGUN).bind(bundle).one().await?;
    let here = i64::try_from(mail.len()).unwrap_or(i64::MAX);
    Ok(if open < all {
        Gathered::Broken(mail.into_iter().map(|one| one.row).collect())
    } else if here < open {
        Gathered::Waits(mail.len())
    } else {
        Gathered::Leaves(mail)
    })
}

/// Which delivery carries a mail of several.
pub(super) fn carrier(mail: &[Ready<'_>]) -> Option<Uuid> {
    mail.first()
        .filter(|_| mail.len() > 1)
        .map(|one| one.row.id)
}

/// The mail that speaks for all of them. Its Message-ID is made of all of them too: it is no other's.
pub(super) fn one_mail(mail: Vec<Ready<'_>>) -> Option<Due> {
    let dedupes = mail.iter().map(|one| one.row.dedupe.as_slice());
    let dedupes: Vec<u8> = dedupes.collect::<Vec<_>>().concat();
    let is_of_several = mail.len() > 1;
    let mut mails = mail.into_iter();
    let mut first = *mails.next()?.due;
    if is_of_several {
        first.message_id = message_id(&dedupes);
    }
    for other in mails {
        let Due { about, .. } = *other.due;
        if let About::Appointment(facts) = about {
            first.beside.push(*facts);
        }
    }
    Some(first)
}

/// The deliveries for which that one's mail speaks too, as they were leased with it.
pub(super) async fn others(tx: &mut Tx, carrier: Uuid, lease: Lease) -> Result<Vec<Uuid>> {
    let others = tx.sql(OTHERS).bind(carrier).bind(lease.0.to_vec());
    let others = others.all::<(Uuid,)>().await?;
    Ok(others.into_iter().map(|(id,)| id).collect())
}

/// Leaves the last of a full batch for the next one, with all that are like it: there may be more of them.
pub(super) fn hold_back<T, K: PartialEq>(batch: &mut Vec<T>, like: impl Fn(&T) -> K) {
    let Some(last) = batch.last().map(&like) else {
        return;
    };
    let before = batch.iter().rposition(|one| like(one) != last);
    if let Some(before) = before {
        batch.truncate(before + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::hold_back;

    #[test]
    fn a_full_batch_does_not_part_what_may_belong_together() {
        let held = |batch: &[u8]| {
            let mut batch = batch.to_vec();
            hold_back(&mut batch, |one| *one);
            batch
        };
        assert_eq!(held(&[1, 1, 2, 3, 3]), [1, 1, 2]);
        assert_eq!(held(&[1, 1, 2]), [1, 1]);
        assert_eq!(held(&[3, 3, 3]), [3, 3, 3], "or nothing would ever leave");
        assert_eq!(held(&[]), [0_u8; 0]);
    }
}
