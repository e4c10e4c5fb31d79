//! A day that holds no more, or is closed: whether a visit of it that is called off can be taken back.

use care::Caller;
use protocol::http::{
    AddClosure, AddVisitType, Appointment, BookAppointment, BookSeries, ClosedDays, VisitTerms,
};
use protocol::{AppointmentKind, AppointmentState, Code, Reply, Role, Scope, VisitTypeId};
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY};
use super::double_bookings::no_overlap;
use super::house::code;
use super::series::{booked, shift, starts};
use super::undone_cancels::says;

fn at_most(a_day: u16) -> VisitTerms {
    VisitTerms {
        name: "So many a day".to_owned(),
        kind: AppointmentKind::Video,
        minutes: 30,
        before_minutes: 0,
        after_minutes: 0,
        travel_minutes: 0,
        notice_minutes: 0,
        days_ahead: 60,
        per_day_max: Some(a_day),
    }
}

/// A supervisor, and a kind of visit of which there are no more a day.
struct Cap {
    desk: Desk,
    robin: Caller,
    kind: VisitTypeId,
}

impl Cap {
    async fn open(engine: Engine, most: u16) -> Self {
        let desk = Desk::open(engine).await;
        let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
        let robin = desk.house.enrol(robin.unwrap(), 5).await.caller;
        let add = AddVisitType {
            op_id: desk.op(),
            terms: at_most(most),
        };
        let kind = desk.scheduler.add_visit_type(&robin, &add).await;
        let kind = kind.unwrap().id;
        Self { desk, robin, kind }
    }

    /// Dana books one of that kind.
    async fn book(&self, civil: &str) -> Appointment {
        let request = BookAppointment {
            visit_type: Some(self.kind),
            ..self.desk.request(civil)
        };
        let booked = self.desk.scheduler.book(&self.desk.dana, request).await;
        booked.unwrap()
    }
}

pub async fn a_day_that_may_hold_less_by_now_takes_back_what_it_held(engine: Engine) {
    let cap = Cap::open(engine, 3).await;
    let desk = &cap.desk;
    let mut cards = Vec::new();
    for civil in [TUESDAY, "2026-11-10T12:00", "2026-11-10T14:00"] {
        cards.push(cap.book(civil).await);
    }
    let fewer = at_most(2);
    let lowered = desk
        .scheduler
        .change_visit_type(&cap.robin, cap.kind, &fewer);
    lowered.await.unwrap();
    desk.pass(1).await;
    // The client's mistake, and staff's.
    let gone = says(desk, &cards[0], Reply::Cancel).await.unwrap();
    let back = says(desk, &gone, Reply::Undo).await.unwrap();
    assert_eq!(back.state, AppointmentState::Booked);
    let off = desk.call_off(&cards[1]).await.unwrap();
    desk.take_back(&off).await.unwrap();
    // Another one that comes to the day has its place.
    let off = [
        desk.call_off(&cards[2]).await.unwrap(),
        desk.call_off(&back).await.unwrap(),
    ];
    cap.book("2026-11-10T09:00").await;
    for off in &off {
        assert_eq!(code(desk.take_back(off).await), Code::NotAvailable);
    }
    no_overlap(&desk.house).await;
}

pub async fn a_series_moves_to_the_days_of_its_own_visits(engine: Engine) {
    let cap = Cap::open(engine, 1).await;
    let desk = &cap.desk;
    let request = BookSeries {
        first: BookAppointment {
            visit_type: Some(cap.kind),
            ..desk.request(TUESDAY)
        },
        rule: "FREQ=WEEKLY;COUNT=4".to_owned(),
        skip_conflicts: false,
    };
    let made = desk.scheduler.book_series(&desk.dana, request).await;
    assert_eq!(made.unwrap().appointments.len(), 4);
    let all = (Scope::All, false);
    // A week later and earlier, each is where the next one or the one before it was, at another hour too.
    for (civil, days) in [
        ("2026-11-17T10:00", ["11-17", "11-24", "12-01", "12-08"]),
        (TUESDAY, ["11-10", "11-17", "11-24", "12-01"]),
        ("2026-11-17T14:00", ["11-17", "11-24", "12-01", "12-08"]),
    ] {
        let first = booked(desk).await.remove(0);
        shift(desk, &first, civil, all).await.unwrap();
        let hour = &civil[10..];
        let expected = days.map(|day| format!("2026-{day}{hour}"));
        assert_eq!(starts(desk).await, expected);
        no_overlap(&desk.house).await;
    }
    // Somebody else's day is full, and so is the one of whoever stays before it.
    cap.book("2026-12-15T10:00").await;
    let first = booked(desk).await.remove(0);
    let refused = shift(desk, &first, "2026-11-24T14:00", all).await;
    assert_eq!(code(refused), Code::SeriesConflicts);
}

pub async fn a_day_that_was_filled_or_closed_meanwhile_takes_nothing_back(engine: Engine) {
    let cap = Cap::open(engine, 1).await;
    let desk = &cap.desk;
    // By staff and by the client: another one has the day, at an hour that does not meet it.
    let off = desk.call_off(&cap.book(TUESDAY).await).await.unwrap();
    let other = cap.book("2026-11-10T14:00").await;
    assert_eq!(code(desk.take_back(&off).await), Code::NotAvailable);
    let gone = says(desk, &other, Reply::Cancel).await.unwrap();
    let third = cap.book("2026-11-10T09:00").await;
    let undone = says(desk, &gone, Reply::Undo).await;
    assert_eq!(code(undone), Code::NotAvailable);
    desk.call_off(&third).await.unwrap();
    says(desk, &gone, Reply::Undo).await.unwrap();
    no_overlap(&desk.house).await;
    // Closed before it was called off, it stands; closed since, it does not.
    let card = cap.book("2026-11-11T10:00").await;
    let close = async |day: &str| {
        let days = ClosedDays {
            name: "Days of Placeholder".to_owned(),
            from: day.to_owned(),
            until: day.to_owned(),
        };
        let op_id = desk.op();
        let request = AddClosure { op_id, days };
        let closed = desk.scheduler.add_closure(&cap.robin, &request).await;
        closed.unwrap()
    };
    close("2026-11-11").await;
    desk.pass(1).await;
    let off = desk.call_off(&card).await.unwrap();
    let on = desk.take_back(&off).await.unwrap();
    let off = desk.call_off(&on).await.unwrap();
    desk.pass(1).await;
    let since = close("2026-11-11").await;
    assert_eq!(code(desk.take_back(&off).await), Code::NotAvailable);
    let opened = desk.store().end_closure(&cap.robin, since.id).await;
    opened.unwrap();
    desk.take_back(&off).await.unwrap();
}
