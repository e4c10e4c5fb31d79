//! The TypeScript form of the core's types is checked in; this fails when it is out of date, and
//! writes it when `UPDATE_TYPES` is set.

use std::path::Path;

use device::api::{
    Awaits, Backup, CirclePhase, CircleView, Command, Content, Counters, Delta, DeviceView,
    DevicesView, Effect, Event, History, Input, IntakeView, Item, Joining, Link, Me, MemberView,
    Progress, Receipt, Status, Step, Trouble, Write,
};
use protocol::{
    AccountId, CircleId, Code, DeviceId, IntakeState, MemberState, PersonId, Role, Urgency,
};
use ts_rs::{Config, TS};

fn declarations() -> String {
    let config = Config::default();
    let mut text = "// Written by tests/src/vectors/types.rs. Do not edit by hand.\n\n".to_owned();
    macro_rules! declare {
        ($($type:ty),+ $(,)?) => {$(
            text.push_str(&format!("export {}\n", <$type>::decl(&config)));
        )+};
    }
    declare!(
        AccountId,
        CircleId,
        PersonId,
        DeviceId,
        Code,
        Role,
        Urgency,
        MemberState,
        IntakeState
    );
    declare!(Input, Command, Step, Delta, Write, Effect, Event);
    declare!(
        Status,
        Me,
        Link,
        CircleView,
        CirclePhase,
        MemberView,
        Item,
        Content,
        Progress,
        Trouble,
        History,
        Joining,
        Receipt,
        DevicesView,
        DeviceView,
        Backup,
        Counters,
        IntakeView,
        Awaits
    );
    text
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for the person who runs the test"
)]
fn the_checked_in_types_are_the_ones_of_the_core() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-client/src/core/types.gen.ts");
    let expected = declarations();
    if std::env::var("UPDATE_TYPES").is_ok() {
        std::fs::write(&path, &expected).expect("writes the types");
    }
    let found = std::fs::read_to_string(&path).expect("the types are checked in");
    assert_eq!(
        found, expected,
        "run with UPDATE_TYPES=1 and check in the result"
    );
}
