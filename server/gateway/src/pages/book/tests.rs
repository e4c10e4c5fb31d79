//! What the pages of a booking link say and offer, in both languages.

use care::civil::{CivilTime, Zone, Zones};
use protocol::Language;
use store::{BookedView, BookingView, HeldView, Offer};

use super::*;

fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

fn at(civil: &str) -> Timestamp {
    zone("America/Chicago").resolve(CivilTime::parse(civil).unwrap())
}

fn reading(zone: Option<&str>, after: Option<i64>) -> Reading {
    Reading {
        link: LinkSecret::from([7; 16]),
        wish: Wish {
            zone: zone.map(str::to_owned),
            after,
        },
    }
}

/// Two times on each of so many days from Tuesday, the first of December.
fn view(language: Language, days: u32) -> BookingView {
    let slots = (1..=days)
        .flat_map(|day| [9, 15].map(|hour| at(&format!("2026-12-{day:02}T{hour:02}:00"))));
    BookingView {
        language,
        zone: zone("America/Chicago"),
        zones: vec![zone("America/Chicago"), zone("America/New_York")],
        minutes: 30,
        slots: slots.map(|start| Offer { start, site: None }).collect(),
        now: at("2026-11-24T12:00"),
    }
}

async fn text(said: Result<minijinja::Value, TextError>) -> String {
    let response = shown(StatusCode::OK, said);
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].clone();
    assert!(policy.to_str().unwrap().starts_with("default-src 'none';"));
    let bytes = axum::body::to_bytes(response.into_body(), 1_000_000).await;
    let html = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    assert!(!html.contains("<script"), "{html}");
    html.replace("&#x2f;", "/")
}

const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBw";

#[tokio::test]
async fn free_times_are_buttons_by_day_and_a_week_is_a_page() {
    for language in Language::ALL {
        let first = text(said::times(&view(*language, 9), &reading(None, None), None)).await;
        assert_eq!(first.matches("<details").count(), 7);
        assert_eq!(first.matches("<details open").count(), 1);
        assert_eq!(first.matches("/hold/").count(), 14);
        assert_eq!(first.matches("?after=").count(), 1, "{first}");
        let to = format!("/b/{SECRET}/hold/{}\"", at("2026-12-01T09:00").micros());
        assert!(first.contains(&to), "{first}");
        let short = text(said::times(
            &view(*language, 2),
            &reading(None, Some(1)),
            None,
        ))
        .await;
        assert!(!short.contains("after="));
        assert!(short.contains(&format!("href=\"/b/{SECRET}\"")), "back");
        let none = text(said::times(
            &view(*language, 0),
            &reading(None, None),
            Some("555 0100"),
        ));
        let none = none.await;
        assert!(!none.contains("<details") && none.contains("555 0100"));
    }
}

#[tokio::test]
async fn other_clocks_show_other_hours_and_are_carried_on() {
    let mut view = view(Language::En, 1);
    view.zone = zone("America/New_York");
    let page = text(said::times(
        &view,
        &reading(Some("America/New_York"), None),
        None,
    ));
    let page = page.await;
    assert!(page.contains("10:00 AM<span") && page.contains("Tuesday, December 1 (Eastern Time)"));
    assert!(page.contains("?zone=America/New_York\""), "{page}");
    assert!(page.contains("<option value=\"America/New_York\" selected>New York (Eastern Time)<"));
    let asked = reading(Some("Etc/GMT+6"), None);
    assert!(asked.path("").ends_with("?zone=Etc/GMT%2B6"));
}

#[tokio::test]
async fn the_question_says_how_long_the_time_is_kept() {
    let now = at("2026-11-24T12:00");
    for language in Language::ALL {
        let held = |kept_until| HeldView {
            language: *language,
            zone: zone("America/Chicago"),
            site: None,
            minutes: 30,
            kept_until,
            now,
        };
        let start = at("2026-12-01T10:00");
        let view = held(Some(now.plus_seconds(541)));
        let kept = text(said::question(&view, &reading(None, None), start)).await;
        assert!(kept.contains(" 10 "), "ten begun minutes: {kept}");
        assert!(kept.contains(&format!("/b/{SECRET}/book/{}\"", start.micros())));
        assert!(kept.contains(&format!("/b/{SECRET}/let-go\"")));
        let over = text(said::question(&held(None), &reading(None, None), start)).await;
        assert!(over.contains("/book/") && !over.contains(" 10 "), "{over}");
    }
}

#[tokio::test]
async fn what_is_booked_taken_or_gone_is_said_in_both_languages() {
    for language in Language::ALL {
        let mut booked = BookedView {
            language: *language,
            zone: zone("America/Chicago"),
            site: None,
            start: at("2026-12-01T10:00"),
            manage: Some(LinkSecret::from([9; 16])),
        };
        let page = text(said::booked(&booked)).await;
        assert!(
            page.contains("href=\"/l/CQkJCQkJCQkJCQkJCQkJCQ\""),
            "{page}"
        );
        assert!(!page.contains("<form"));
        booked.manage = None;
        assert!(!text(said::booked(&booked)).await.contains("href=\"/l/C"));
        let mut left = view(*language, 2);
        left.slots.truncate(3);
        let page = text(said::taken(&left, &reading(None, None))).await;
        assert_eq!(page.matches("/hold/").count(), 3);
        left.slots.clear();
        let page = text(said::taken(&left, &reading(None, None))).await;
        assert!(!page.contains("/hold/") && page.contains("<h1"));
        let gone = text(said::gone(*language, Some("555 0100"))).await;
        assert!(gone.contains("555 0100") && !gone.contains("/b/"), "{gone}");
        assert!(text(said::failed(*language)).await.contains("<h1"));
    }
}

#[test]
fn what_could_be_no_zone_is_not_carried_on() {
    let read = |zone: &str| {
        let wish = Wish {
            zone: Some(zone.to_owned()),
            after: None,
        };
        Wish::read(Ok(Query(wish))).zone
    };
    assert!(read("America/Indiana/Knox").is_some() && read("Etc/GMT+6").is_some());
    for bad in ["a\r\nset-cookie: b", "a&after=1", "\"><b>", &"a".repeat(65)] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn where_the_clocks_of_the_office_differ_both_are_told() {
    let [here, site] = ["America/Los_Angeles", "America/Chicago"].map(zone);
    let start = at("2026-12-01T10:00");
    for language in Language::ALL {
        let mut view = view(*language, 1);
        view.zone = here.clone();
        let ours = text(said::times(&view, &reading(None, None), None)).await;
        assert!(ours.contains("7:00") && !ours.contains("9:00"), "{ours}");
        for offer in &mut view.slots {
            offer.site = Some(site.clone());
        }
        let both = text(said::times(&view, &reading(None, None), None)).await;
        assert!(both.contains("7:00") && both.contains("9:00"), "{both}");
        let taken = text(said::taken(&view, &reading(None, None))).await;
        assert!(taken.contains("7:00") && taken.contains("9:00"), "{taken}");
        // Read on the clocks of the office, a time is told once.
        view.zone = site.clone();
        let there = text(said::times(&view, &reading(None, None), None)).await;
        assert!(there.contains("9:00") && !there.contains("7:00"), "{there}");

        let held = HeldView {
            language: *language,
            zone: here.clone(),
            site: Some(site.clone()),
            minutes: 30,
            kept_until: None,
            now: view.now,
        };
        let question = text(said::question(&held, &reading(None, None), start)).await;
        assert!(question.contains("8:00") && question.contains("10:00"));
        let mut booked = BookedView {
            language: *language,
            zone: here.clone(),
            site: Some(site.clone()),
            start,
            manage: None,
        };
        let page = text(said::booked(&booked)).await;
        assert!(page.contains("8:00") && page.contains("10:00"), "{page}");
        booked.zone = site.clone();
        let page = text(said::booked(&booked)).await;
        assert!(!page.contains("8:00") && page.contains("10:00"), "{page}");
    }
}
