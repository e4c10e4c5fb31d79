//! History: messages from before a device came in, for a device whose account was there already. They
//! are opened by the keys of their eras, so the MLS message is left out.

use care::Caller;
use care::rules::Act;
use protocol::bundle::{HistoryPage, Sender};
use protocol::frame::LogEntry;
use protocol::http::AskHistory;
use protocol::{AccountId, CircleId, Code, Refusal, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::Result;
use crate::log::LogRow;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    SINCE = "
        SELECT since_generation, since_seq FROM circle_member WHERE circle = $1 AND account = $2";
    // The message that begins an era has no body, and a redacted one has none any more.
    PAGE = "
        SELECT seq, kind, epoch, device, op_id, mls, body, wrap, era, urgency, accepted_at
        FROM circle_log
        WHERE circle = $1 AND generation = $2 AND seq < $3 AND seq > $4 AND kind = 'message'
            AND LENGTH(body) > 0
        ORDER BY seq DESC
        LIMIT $5";
    SENDERS = "
        SELECT DISTINCT d.id, d.account
        FROM circle_log l JOIN device d ON d.id = l.device
        WHERE l.circle = $1 AND l.generation = $2 AND l.seq >= $3 AND l.seq <= $4
            AND l.kind = 'message'
        ORDER BY d.id";
}

impl Store {
    /// A page of a generation's messages, newest first: at most [`limits::HISTORY_PAGE_ENTRIES`] and,
    /// beyond the first, [`limits::LOG_PAGE_BYTES`]. For a device in the circle's group of now
    /// ([`Code::NotOnRoster`]); nothing from before its account came in. A later generation than the
    /// circle's is [`Code::Generation`].
    pub async fn history(
        &self,
        caller: &Caller,
        circle: CircleId,
        asked: AskHistory,
    ) -> Result<HistoryPage> {
        let caller = *caller;
        self.read_audited("history", async move |tx: &mut Tx| {
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::ReadHistory, facts.standing, object)?;
            let state = facts.founded()?;
            if let Err(refused) = facts.must_be_on_roster() {
                let code = Code::NotOnRoster;
                tx.deny(Entry::denied(&caller, Act::ReadHistory, object, code));
                return Err(refused);
            }
            if asked.generation > state.generation {
                let now = format!("the circle is at generation {}", state.generation);
                return Err(Refusal::new(Code::Generation, now).into());
            }
            let floor = floor(tx, circle, caller.account, asked.generation).await?;
            let page = match floor {
                Some(floor) => read(tx, circle, &asked, floor).await?,
                None => HistoryPage {
                    entries: Vec::new(),
                    more: false,
                    senders: Vec::new(),
                },
            };
            let mut entry = Entry::done(&caller, permit, object).about(state.client);
            if let (Some(newest), Some(oldest)) = (page.entries.first(), page.entries.last()) {
                entry = entry.range(oldest.seq, newest.seq);
            }
            tx.audit(entry);
            Ok(page)
        })
        .await
    }
}

/// The position in that generation after which the account may read; `None`: nothing of it.
async fn floor(
    tx: &mut Tx,
    circle: CircleId,
    account: AccountId,
    generation: u32,
) -> Result<Option<i64>> {
    let row = tx
        .sql(SINCE)
        .bind(circle.uuid())
        .bind(account.uuid())
        .maybe::<(Option<i64>, Option<i64>)>()
        .await?;
    let Some((Some(since), Some(seq))) = row else {
        return Ok(None);
    };
    Ok(match generation.cmp(&db::small(since)) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(seq),
        std::cmp::Ordering::Greater => Some(0),
    })
}

async fn read(
    tx: &mut Tx,
    circle: CircleId,
    asked: &AskHistory,
    floor: i64,
) -> Result<HistoryPage> {
    let most = limits::HISTORY_PAGE_ENTRIES;
    let rows = tx
        .sql(PAGE)
        .bind(circle.uuid())
        .bind(i64::from(asked.generation))
        .bind(asked.before.map_or(i64::MAX, to_db))
        .bind(floor)
        .bind(to_db(most as u64 + 1))
        .all::<LogRow>()
        .await?;
    let mut page = HistoryPage {
        more: rows.len() > most,
        entries: Vec::with_capacity(rows.len()),
        senders: Vec::new(),
    };
    let mut size_bytes = 0;
    for row in rows.into_iter().take(most) {
        let entry = LogEntry {
            mls: Vec::new().into(),
            ..row.entry()?
        };
        size_bytes += entry.body.len() + entry.wrap.len();
        if size_bytes > limits::LOG_PAGE_BYTES && !page.entries.is_empty() {
            page.more = true;
            break;
        }
        page.entries.push(entry);
    }
    page.senders = senders(tx, circle, asked.generation, &page.entries).await?;
    Ok(page)
}

/// Whose devices a page's messages are from: what is said in them was said by whoever held the era's key, and could name
/// anybody.
async fn senders(
    tx: &mut Tx,
    circle: CircleId,
    generation: u32,
    entries: &[LogEntry],
) -> Result<Vec<Sender>> {
    let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) else {
        return Ok(Vec::new());
    };
    let rows = tx
        .sql(SENDERS)
        .bind(circle.uuid())
        .bind(i64::from(generation))
        .bind(to_db(oldest.seq))
        .bind(to_db(newest.seq))
        .all::<(Uuid, Uuid)>()
        .await?;
    let sender = |(device, account): (Uuid, Uuid)| Sender {
        device: device.into(),
        account: account.into(),
    };
    Ok(rows.into_iter().map(sender).collect())
}
