//! History: what a device reads of the time before it came in.

use protocol::bundle::{HistoryPage, Sender};
use protocol::http::AskHistory;
use protocol::{Code, limits};
use store::Error;
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::code;

async fn read(
    family: &Family,
    by: &Device,
    generation: u32,
    before: Option<u64>,
) -> Result<HistoryPage, Error> {
    let caller = by.enrolled.caller;
    let asked = AskHistory { generation, before };
    let history = family.house.store.history(&caller, family.circle(), asked);
    history.await
}

fn seqs(page: &HistoryPage) -> Vec<u64> {
    page.entries.iter().map(|entry| entry.seq).collect()
}

/// Maria's second device, in the group since the log was this long.
async fn tablet(family: &mut Family) -> Device {
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, family.circle());
    let joined = family.gathering.come_in(&family.house, &mut tablet).await;
    joined.unwrap();
    tablet
}

pub async fn a_new_device_of_a_member_reads_what_the_member_may(engine: Engine) {
    let mut family = Family::meet(engine).await;
    // 1 and 2 are the commit that added everybody, and its first message.
    for _ in 0..3 {
        family.dana.say(&family.house).await.unwrap();
    }
    let tablet = tablet(&mut family).await;
    let page = read(&family, &tablet, 0, None).await.unwrap();
    assert_eq!((seqs(&page), page.more), (vec![5, 4, 3], false));
    assert!(page.entries.iter().all(|entry| entry.mls.is_empty()));
    let dana = family.dana.enrolled.caller;
    let sender = Sender {
        device: dana.device,
        account: dana.account,
    };
    assert_eq!(page.senders, [sender], "each device once");
    assert!(page.entries.iter().all(|entry| entry.wrap.len() == 40));
    let older = read(&family, &tablet, 0, Some(4)).await.unwrap();
    assert_eq!(seqs(&older), [3]);
    let shown = "act = 'read_history' AND outcome = 'done'";
    assert_eq!(family.house.entries(shown).await, 2);
}

pub async fn nobody_reads_what_was_before_their_time(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let (house, sam) = (&family.house, family.house.agency.sam);
    family.dana.say(house).await.unwrap();
    let member = format!(
        "INSERT INTO circle_member (circle, account, role, state, place, invited_at)
         VALUES ({}, {}, 'case_manager', 'invited', 9, 1)",
        house.id(family.gathering.circle.as_bytes()),
        house.id(sam.account.as_bytes())
    );
    house.run(&member).await;
    let sam = house.enrol(sam, 9).await;
    let mut sam = Device::new(sam, 9, family.gathering.circle);
    let mut others = [&mut sam];
    family
        .gathering
        .add(house, &mut family.dana, &mut others)
        .await;
    let page = read(&family, &sam, 0, None).await.unwrap();
    assert_eq!(seqs(&page), [] as [u64; 0]);
    let said = family.dana.say(&family.house).await.unwrap();
    let page = read(&family, &sam, 0, None).await.unwrap();
    assert_eq!(seqs(&page), [said.seq]);
    let page = read(&family, &family.dana, 0, None).await.unwrap();
    assert_eq!(seqs(&page), [said.seq, 3]);
}

pub async fn only_a_device_in_the_group_reads(engine: Engine) {
    let mut family = Family::meet(engine).await;
    family.dana.say(&family.house).await.unwrap();
    let outside = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let outside = Device::new(outside, 2, family.circle());
    assert_eq!(
        code(read(&family, &outside, 0, None).await),
        Code::NotOnRoster
    );
    let sam = family.house.enrol(family.house.agency.sam, 9).await;
    let sam = Device::new(sam, 9, family.circle());
    assert_eq!(code(read(&family, &sam, 0, None).await), Code::NotAllowed);
    assert_eq!(
        code(read(&family, &family.dana, 1, None).await),
        Code::Generation
    );
    let ended = "UPDATE consent SET withdrawn_at = 1";
    family.house.run(ended).await;
    assert_eq!(
        code(read(&family, &family.ana, 0, None).await),
        Code::ConsentRequired
    );
}

pub async fn a_page_has_limits(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let large = limits::BODY_BYTES_MAX;
    for _ in 0..3 {
        let mut append = family.maria.message();
        append.body = vec![1; large].into();
        let caller = family.maria.enrolled.caller;
        family.house.store.append(&caller, append).await.unwrap();
    }
    let page = read(&family, &family.dana, 0, None).await.unwrap();
    assert_eq!((seqs(&page), page.more), (vec![5], true));
    let page = read(&family, &family.dana, 0, Some(4)).await.unwrap();
    assert_eq!((seqs(&page), page.more), (vec![3], false));
    family
        .house
        .run("UPDATE circle_log SET body = wrap WHERE seq > 2")
        .await;
    for n in 6..200 {
        let circle = family.house.id(family.circle().as_bytes());
        let copy = format!(
            "INSERT INTO circle_log (circle, generation, seq, kind, epoch, device, op_id, mls, body,
                wrap, era, urgency, accepted_at, row_hash, entry)
             SELECT circle, generation, {n}, kind, epoch, device, {}, mls, body,
                wrap, era, urgency, accepted_at, row_hash, entry
             FROM circle_log WHERE circle = {circle} AND seq = 5",
            family.house.id(&[u8::try_from(n).unwrap(); 16]),
        );
        family.house.run(&copy).await;
    }
    let page = read(&family, &family.dana, 0, None).await.unwrap();
    assert_eq!(
        (page.entries.len(), page.more),
        (limits::HISTORY_PAGE_ENTRIES, true)
    );
    let last = page.entries.last().unwrap().seq;
    let rest = read(&family, &family.dana, 0, Some(last)).await.unwrap();
    assert_eq!(
        (rest.entries.len() + page.entries.len(), rest.more),
        (197, false)
    );
}
