//! Circles that keep no history: what the server takes there, and who may say so.

use protocol::frame::Done;
use protocol::http::PlanCircle;
use protocol::policy::HistoryMode;
use protocol::{Bytes, Code};
use store::Error;
use testkit::Engine;

use super::family::Family;
use super::gathering::{Device, Gathering};
use super::house::{House, code, op};

/// Says something that is archived nowhere.
async fn say_unarchived(house: &House, by: &mut Device) -> Result<Done, Error> {
    let mut said = by.message();
    said.wrap = Bytes::default();
    // There is no era: the number says nothing.
    said.era = 0;
    house.store.append(&by.enrolled.caller, said).await
}

/// What the server says of the circle.
async fn shown(family: &Family) -> (HistoryMode, u32) {
    let caller = family.dana.enrolled.caller;
    let circle = family.house.store.circle(&caller, family.circle()).await;
    let circle = circle.unwrap();
    (circle.history, circle.era)
}

/// History is switched off by Dana, and Maria hears of it.
async fn without(engine: Engine) -> Family {
    let mut family = Family::meet(engine).await;
    let off = (HistoryMode::Off, 0);
    let set = family
        .gathering
        .set_history(&family.house, &mut family.dana, off);
    set.await.unwrap();
    family.maria.catch_up(&family.house).await;
    family
}

pub async fn a_message_is_archived_where_history_is_kept(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let refused = say_unarchived(&family.house, &mut family.dana).await;
    assert_eq!(code(refused), Code::WrapMissing);
    family.dana.say(&family.house).await.unwrap();
}

pub async fn a_message_is_archived_nowhere_where_no_history_is_kept(engine: Engine) {
    let mut family = Box::pin(without(engine)).await;
    let era = shown(&family).await.1;
    assert_eq!(shown(&family).await, (HistoryMode::Off, era));
    assert!(era > 0, "people came before");
    assert_eq!(
        code(family.maria.say(&family.house).await),
        Code::WrapUnwanted
    );
    say_unarchived(&family.house, &mut family.maria)
        .await
        .unwrap();
    // Whoever comes in makes no key either, and the number stands still.
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, family.circle());
    let came = family.gathering.come_in(&family.house, &mut tablet).await;
    came.unwrap();
    assert_eq!(shown(&family).await, (HistoryMode::Off, era));
    say_unarchived(&family.house, &mut tablet).await.unwrap();
}

pub async fn history_that_is_kept_again_begins_a_new_era(engine: Engine) {
    let mut family = Box::pin(without(engine)).await;
    let era = shown(&family).await.1;
    let (house, gathering) = (&family.house, &mut family.gathering);
    let same = (HistoryMode::Eras, 0);
    // Maria may, but not under a key that is known from before.
    let refused = gathering.set_history(house, &mut family.maria, same).await;
    assert_eq!(code(refused), Code::EraOver);
    let next = (HistoryMode::Eras, 1);
    let set = gathering.set_history(house, &mut family.dana, next).await;
    set.unwrap();
    assert_eq!(shown(&family).await, (HistoryMode::Eras, era + 1));
    let refused = say_unarchived(&family.house, &mut family.dana).await;
    assert_eq!(code(refused), Code::WrapMissing);
    family.dana.say(&family.house).await.unwrap();
}

pub async fn a_client_may_switch_history_off_and_a_caregiver_may_not(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let (house, gathering) = (&family.house, &mut family.gathering);
    let off = (HistoryMode::Off, 0);
    let refused = gathering.set_history(house, &mut family.ana, off).await;
    assert_eq!(code(refused), Code::Judged);
    assert_eq!(shown(&family).await.0, HistoryMode::Eras);
    let (house, gathering) = (&family.house, &mut family.gathering);
    let set = gathering.set_history(house, &mut family.maria, off).await;
    set.unwrap();
    assert_eq!(shown(&family).await.0, HistoryMode::Off);
}

pub async fn a_circle_is_shown_as_planned_and_then_as_its_group_says(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let house = &family.house;
    let plan = |n: u8, history| PlanCircle {
        op_id: op(n),
        client: house.agency.maria.person,
        title: "Without history".to_owned(),
        members: Vec::new(),
        history,
    };
    let caller = family.dana.enrolled.caller;
    for (n, planned, founded) in [
        (1, HistoryMode::Off, HistoryMode::Off),
        (2, HistoryMode::Off, HistoryMode::Eras),
        (3, HistoryMode::Eras, HistoryMode::Off),
    ] {
        let circle = house.store.plan_circle(&caller, plan(n, planned)).await;
        let circle = circle.unwrap();
        assert_eq!(circle.history, planned);
        let mut gathering = Gathering::planned(house, circle.id).await;
        gathering.history = founded;
        let dana = &mut family.dana;
        gathering.found(house, dana).await.unwrap();
        let shown = house.store.circle(&caller, circle.id).await.unwrap();
        assert_eq!(shown.history, founded);
        let said = say_unarchived(house, dana).await;
        assert_eq!(said.is_ok(), founded == HistoryMode::Off);
    }
}
