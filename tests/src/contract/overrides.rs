//! Workers who say something else of single days, again and again, while everybody books there. Whatever they say,
//! nobody is there from twelve to half past: who books by hours that are half written finds the hours of every week,
//! which know of no lunch.

use protocol::http::{DatedHours, OpenHours, WorkingHours};

use super::desk::Desk;
use super::house::House;

/// The days of which something else is said.
pub const DAYS: [&str; 2] = ["2026-11-10", "2026-11-11"];
/// From when until when somebody may be there on such a day.
const OPEN: [(&str, &str); 4] = [
    ("09:00", "17:00"),
    ("09:00", "17:00"),
    ("10:00", "17:00"),
    ("09:00", "15:30"),
];

/// The same hours with one of the overrides.
pub fn overridden(hours: WorkingHours, dice: u8) -> WorkingHours {
    let (from, until) = OPEN[usize::from(dice) % OPEN.len()];
    let open = [(from, "12:00"), ("12:30", until)];
    let open = open.map(|(from, until)| OpenHours {
        from: from.to_owned(),
        until: until.to_owned(),
    });
    let dated = DAYS.map(|date| DatedHours {
        date: date.to_owned(),
        open: open.to_vec(),
    });
    WorkingHours {
        dated: dated.to_vec(),
        ..hours
    }
}

/// By SQL that shares nothing with the store's: nobody is booked or kept at lunch, and each worker's days are those of
/// one override, whole.
pub async fn overrides_hold(house: &House, workers: i64) {
    for day in DAYS {
        let [from, until] =
            ["12:00", "12:30"].map(|clock| Desk::instant(&format!("{day}T{clock}")).micros());
        for table in ["claim", "appointment"] {
            let sql = format!(
                "SELECT COUNT(*) FROM {table} WHERE start_at < {until} AND end_at > {from}"
            );
            assert_eq!(house.count(&sql).await, 0, "a {table} on {day} at lunch");
        }
        let sql = format!("SELECT COUNT(*) FROM availability WHERE date = '{day}'");
        assert_eq!(house.count(&sql).await, 2 * workers, "hours of {day}");
    }
}
