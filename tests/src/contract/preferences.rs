//! How people want to be told things: whose business it is, and what is no address.

use protocol::http::{Preferences, SafeHours};
use protocol::{Code, Disclosure, Language, PersonId};
use testkit::Engine;

use super::desk::Desk;
use super::house::code;

fn wish() -> Preferences {
    Preferences {
        language: Language::Es,
        zone: "America/Bogota".to_owned(),
        email: Some("maria.elsewhere@example.org".to_owned()),
        disclosure: Disclosure::Details,
        reminders: false,
        confirmed_reminders: true,
        calendar_file: false,
        unread_mail: false,
        safe_hours: Some(SafeHours {
            from: 9 * 60 + 30,
            until: 13 * 60,
        }),
    }
}

pub async fn they_read_back_as_they_were_written(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let put = store
        .put_preferences(&desk.maria, maria, wish())
        .await
        .unwrap();
    assert_eq!(put, wish());
    assert_eq!(store.preferences(&desk.maria, maria).await.unwrap(), wish());
    assert_eq!(store.preferences(&desk.dana, maria).await.unwrap(), wish());
    let none = Preferences {
        email: None,
        ..wish()
    };
    store
        .put_preferences(&desk.dana, maria, none.clone())
        .await
        .unwrap();
    assert_eq!(store.preferences(&desk.sam, maria).await.unwrap(), none);
    let live = "SELECT COUNT(*) FROM address WHERE ended_at IS NULL";
    assert_eq!(desk.house.count(live).await, 3, "hers is ended");
}

pub async fn they_are_ones_own_and_those_of_whom_one_serves(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, agency) = (desk.store(), desk.house.agency);
    let nobody = PersonId::from_bytes([9; 16]);
    for (caller, person) in [
        (&desk.maria, agency.ana.person),
        (&desk.maria, agency.dana.person),
        (&desk.ana, agency.maria.person),
        (&desk.dana, agency.sam.person),
        (&desk.dana, nobody),
    ] {
        let read = code(store.preferences(caller, person).await);
        let written = code(store.put_preferences(caller, person, wish()).await);
        for refused in [read, written] {
            assert!(
                [Code::NotFound, Code::NotAllowed].contains(&refused),
                "{refused}"
            );
        }
    }
    // A caregiver of a client of hers.
    assert!(
        store
            .preferences(&desk.dana, agency.ana.person)
            .await
            .is_ok()
    );
    desk.house.run("UPDATE assignment SET ended_at = 1").await;
    for person in [agency.maria.person, agency.ana.person] {
        let read = store.preferences(&desk.dana, person).await;
        assert_eq!(code(read), Code::NotFound);
        let put = store.put_preferences(&desk.dana, person, wish()).await;
        assert_eq!(code(put), Code::NotFound);
    }
    assert!(
        store
            .preferences(&desk.dana, agency.dana.person)
            .await
            .is_ok()
    );
}

pub async fn what_is_no_address_or_zone_is_refused_whole(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let before = desk.dump().await;
    for email in [
        "maria@example.org\r\nBcc: other@example.org",
        "maria@example.org\n",
        "maria\r@example.org",
        "maria@example.org\0",
        "maria",
        "@example.org",
        "maria@",
        "",
        "a b@example.org",
        "Maria <maria@example.org>",
    ] {
        let wish = Preferences {
            email: Some(email.to_owned()),
            ..wish()
        };
        let put = store.put_preferences(&desk.maria, maria, wish).await;
        assert_eq!(code(put), Code::EmailInvalid, "{email:?}");
    }
    for zone in ["Mars/Olympus", "", "UTC+3", "America/Chicago "] {
        let wish = Preferences {
            zone: zone.to_owned(),
            ..wish()
        };
        let put = store.put_preferences(&desk.maria, maria, wish).await;
        assert_eq!(code(put), Code::ZoneUnknown, "{zone:?}");
    }
    assert!(before == desk.dump().await);
}

pub async fn an_address_is_sealed(engine: Engine) {
    let desk = Desk::open(engine).await;
    let maria = desk.maria.person;
    let put = desk.store().put_preferences(&desk.maria, maria, wish());
    put.await.unwrap();
    for secret in ["maria.elsewhere", "example.org", "maria.sample@"] {
        let lies_open = desk.house.database.holds(secret.as_bytes()).await.unwrap();
        assert!(!lies_open, "{secret} lies open");
    }
    // The test can fail: what is not sealed is found.
    let holds = desk.house.database.holds(b"America/Bogota").await;
    assert!(holds.unwrap());
}
