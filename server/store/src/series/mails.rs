//! What mails tell of a series, and which of its visits' mails does: see [`care::reminders`]. One mail tells of it
//! as it stands; when it is moved, of its new times. Beside the dates stands the rule, for a mail lists no more than
//! [`limits::SERIES_DATES_MAILED`].

use care::reminders::InSeries;
use protocol::http::Repeats;
use protocol::{AppointmentState, PersonId, SeriesId, Timestamp, limits};
use uuid::Uuid;

use super::read;
use crate::appointments::{self, AppointmentRow};
use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::{db, deliveries};

statements! {
    FIRST = "
        SELECT id FROM appointment
        WHERE series = $1 AND state = 'booked' AND end_at > $2
        ORDER BY start_at, id LIMIT 1";
    AT_ONCE = "
        SELECT id FROM appointment
        WHERE series = $1 AND state = 'cancelled' AND told_at = $2
        ORDER BY start_at, id LIMIT 2";
    TO_COME = "
        SELECT k.start_at FROM appointment k JOIN participant p ON p.appointment = k.id
        WHERE k.series = $1 AND k.state = 'booked' AND k.end_at > $2
            AND p.person = $3 AND p.left_at IS NULL
        ORDER BY k.start_at, k.id LIMIT $4";
    CALLED_OFF = "
        SELECT k.start_at FROM appointment k JOIN participant p ON p.appointment = k.id
        WHERE k.series = $1 AND k.state = 'cancelled' AND k.told_at = $2
            AND p.person = $3 AND p.left_at IS NULL
        ORDER BY k.start_at, k.id LIMIT $4";
}

/// The series of an appointment, as the plan of its mails needs it.
pub(crate) struct Place {
    pub(crate) in_series: InSeries,
    pub(crate) series: Uuid,
    /// That it belonged to before it was moved with later ones.
    pub(crate) earlier: Option<Uuid>,
    /// Since when the series stands as it does.
    pub(crate) told_at: i64,
}

/// How an appointment stands in its series, if it is one of a series.
pub(crate) async fn place(tx: &mut Tx, row: &AppointmentRow) -> Result<Option<Place>> {
    let Some(id) = row.series else {
        return Ok(None);
    };
    let series = read(tx, id.into()).await?;
    let in_series = if row.state()? == AppointmentState::Cancelled {
        let at_once = tx.sql(AT_ONCE).bind(id).bind(row.told_at);
        let at_once = at_once.all::<(Uuid,)>().await?;
        let several = at_once.len() > 1;
        InSeries {
            first: several && at_once.first() == Some(&(row.id,)),
            alone: !several,
        }
    } else {
        InSeries {
            first: first(tx, id).await? == Some(row.id),
            alone: !series.has(row)? || row.place_at == Some(row.told_at),
        }
    };
    Ok(Some(Place {
        in_series,
        series: id,
        earlier: series.earlier.map(|id| id.uuid()),
        told_at: series.told_at,
    }))
}

/// The first visit of a series that is booked and not over.
pub(crate) async fn first(tx: &mut Tx, series: Uuid) -> Result<Option<Uuid>> {
    let now = tx.now().micros();
    let first = tx.sql(FIRST).bind(series).bind(now);
    let first = first.maybe::<(Uuid,)>().await?;
    Ok(first.map(|(id,)| id))
}

/// One of its visits was moved or called off, or several were: whichever is the first one now tells of it whoever
/// did not hear.
pub(crate) async fn speak(tx: &mut Tx, series: Option<Uuid>) -> Result<()> {
    let Some(series) = series else {
        return Ok(());
    };
    match first(tx, series).await? {
        Some(id) => {
            appointments::hold(tx, id.into()).await?;
            deliveries::replan(tx, id.into()).await
        }
        None => Ok(()),
    }
}

/// What a mail says of a series. What it is first written with is kept beside it as text: sent again it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Times {
    /// When the visits begin that it lists.
    pub(crate) starts: Vec<Timestamp>,
    /// There are others.
    pub(crate) more: bool,
    /// Reminders come before each.
    pub(crate) reminded: bool,
}

const MORE: &str = "more";
const REMINDED: &str = "reminded";

impl Times {
    /// As they stand for a person: of the visit's series those to come, or, if it was called off, those that were
    /// with it.
    pub(crate) async fn now(
        tx: &mut Tx,
        (row, series): (&AppointmentRow, Uuid),
        person: PersonId,
        (reminded, now): (bool, Timestamp),
    ) -> Result<Self> {
        let off = row.state()? == AppointmentState::Cancelled;
        let (sql, at) = if off {
            (CALLED_OFF, row.told_at)
        } else {
            (TO_COME, now.micros())
        };
        let most = limits::SERIES_DATES_MAILED;
        let starts = tx.sql(sql).bind(series).bind(at).bind(person.uuid());
        let starts = starts.bind(most + 1).all::<(i64,)>().await?;
        let listed = usize::try_from(most).unwrap_or(usize::MAX);
        let goes_on = !off && !read(tx, SeriesId::from(series)).await?.ended;
        Ok(Self {
            more: goes_on || starts.len() > listed,
            starts: starts
                .into_iter()
                .take(listed)
                .map(|(at,)| db::at(at))
                .collect(),
            reminded,
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let flags = [(self.more, MORE), (self.reminded, REMINDED)];
        let flags = flags.iter().filter(|(set, _)| *set);
        let mut words: Vec<_> = flags.map(|(_, word)| (*word).to_owned()).collect();
        words.extend(self.starts.iter().map(|at| at.micros().to_string()));
        words.join(" ")
    }

    pub(crate) fn from_text(text: &str) -> Result<Self> {
        let mut times = Self {
            starts: Vec::new(),
            more: false,
            reminded: false,
        };
        for word in text.split_whitespace() {
            match word {
                MORE => times.more = true,
                REMINDED => times.reminded = true,
                at => {
                    let at = at.parse().map_err(|_| Error::broken("a mail's times"))?;
                    times.starts.push(db::at(at));
                }
            }
        }
        Ok(times)
    }
}

/// How the visits of a series repeat.
pub(crate) async fn repeats(tx: &mut Tx, series: Uuid) -> Result<Repeats> {
    let series = read(tx, series.into()).await?;
    Ok(series.rule.repeats(series.first.date(), series.shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_was_written_with_reads_back() {
        for (more, reminded) in [(false, false), (true, false), (false, true), (true, true)] {
            let times = Times {
                starts: vec![db::at(1), db::at(2)],
                more,
                reminded,
            };
            assert_eq!(Times::from_text(&times.to_text()).unwrap(), times);
        }
        assert!(Times::from_text("1 two").is_err());
    }
}
