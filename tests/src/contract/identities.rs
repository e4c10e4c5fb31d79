//! Identity keys that are replaced, and people who begin anew.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::certificate::to_be_signed;
use protocol::certificate::{Signed, Succession};
use protocol::http::{AskNewKeys, OpenRecovery, PutCertificate, ReplaceIdentity};
use protocol::{AccountId, Bytes, Code, MemberState, frame, labels};
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::{House, certificate, code, op, request};
use super::vaults::{code_wrap, device_wrap, put};

fn new_aik() -> SigningKey {
    SigningKey::from_bytes(&[0xa1; 32])
}

fn succession(house: &House, account: AccountId, by: &SigningKey, to: &SigningKey) -> Bytes {
    let content = frame::to_vec(&Succession {
        account,
        aik: to.verifying_key().to_bytes().into(),
        at: house.clock_now(),
    });
    let signature = by.sign(&to_be_signed(labels::SUCCESSION, &content));
    frame::to_vec(&Signed {
        content: content.into(),
        signature: signature.to_bytes().into(),
    })
    .into()
}

fn certified(house: &House, device: &Device, aik: &SigningKey) -> Bytes {
    let own = (device.enrolled.caller.device, &device.enrolled.dsk);
    certificate(device.account(), aik, own, house.clock_now())
}

/// Maria's second device, in the group.
async fn tablet(family: &mut Family) -> Device {
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, family.circle());
    let joined = family.gathering.come_in(&family.house, &mut tablet).await;
    joined.unwrap();
    tablet
}

fn replace(house: &House, by: &Device, stolen: &Device, n: u8) -> ReplaceIdentity {
    ReplaceIdentity {
        op_id: op(n),
        stolen: stolen.enrolled.caller.device,
        succession: succession(house, by.account(), &by.aik, &new_aik()),
        certificate: certified(house, by, &new_aik()),
        vault: put(
            1,
            vec![code_wrap(8), device_wrap(by.enrolled.caller.device, 9)],
        ),
    }
}

pub async fn a_stolen_device_costs_the_identity_key_and_everything_under_it(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let tablet = tablet(&mut family).await;
    let house = &family.house;
    let (caller, stolen) = (tablet.enrolled.caller, family.maria.enrolled.caller);
    let wraps = vec![code_wrap(5), device_wrap(stolen.device, 6)];
    house.store.put_vault(&caller, put(0, wraps)).await.unwrap();
    family.maria.put_key_package(house).await;
    tablet.put_key_package(house).await;
    let request = replace(house, &tablet, &family.maria, 1);
    for _ in 0..2 {
        house
            .store
            .replace_identity(&caller, request.clone())
            .await
            .unwrap();
    }
    assert_eq!(code(house.store.still_live(&stolen).await), Code::SignedOut);
    let seen = house.store.devices(&caller).await.unwrap();
    assert_eq!(seen.aik[..], new_aik().verifying_key().as_bytes()[..]);
    assert_eq!(seen.devices.len(), 1);
    assert_eq!(
        seen.devices[0].certificate,
        certified(house, &tablet, &new_aik())
    );
    assert_eq!((seen.vault, seen.wraps.len()), (2, 2));
    let locator = [5; 32].into();
    let old_code = house.store.open_recovery(OpenRecovery { locator }).await;
    assert_eq!(code(old_code), Code::RecoveryUnknown);
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 0);
    assert_eq!(
        house
            .count("SELECT COUNT(*) FROM device WHERE revoked_for = 'stolen'")
            .await,
        1
    );
    assert_eq!(family.pending().await, 1);
    assert_eq!(
        house
            .entries("act = 'replace_identity' AND outcome = 'done'")
            .await,
        2
    );
}

/// Good but for one thing each, with the code that it costs.
fn forged(family: &Family, tablet: &Device) -> Vec<(ReplaceIdentity, Code)> {
    let house = &family.house;
    let good = || replace(house, tablet, &family.maria, 1);
    let (account, dana) = (tablet.account(), family.dana.account());
    let other = SigningKey::from_bytes(&[0xa2; 32]);
    let stolen = family.maria.enrolled.caller.device;
    let mut forged = Vec::new();
    for succession in [
        succession(house, account, &other, &new_aik()),
        succession(house, dana, &tablet.aik, &new_aik()),
        succession(house, account, &tablet.aik, &tablet.aik),
    ] {
        let request = ReplaceIdentity {
            succession,
            ..good()
        };
        forged.push((request, Code::SuccessionInvalid));
    }
    for certificate in [
        certified(house, tablet, &tablet.aik),
        certified(house, &family.maria, &new_aik()),
    ] {
        let request = ReplaceIdentity {
            certificate,
            ..good()
        };
        forged.push((request, Code::CertificateInvalid));
    }
    for (vault, expected) in [
        (put(0, vec![]), Code::VaultChanged),
        (put(1, vec![device_wrap(stolen, 1)]), Code::BadRequest),
    ] {
        forged.push((ReplaceIdentity { vault, ..good() }, expected));
    }
    for (stolen, expected) in [
        (tablet.enrolled.caller.device, Code::BadRequest),
        (family.dana.enrolled.caller.device, Code::NotFound),
    ] {
        forged.push((ReplaceIdentity { stolen, ..good() }, expected));
    }
    forged
}

pub async fn a_succession_is_signed_by_the_key_that_it_replaces(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let tablet = tablet(&mut family).await;
    let house = &family.house;
    let caller = tablet.enrolled.caller;
    house
        .store
        .put_vault(&caller, put(0, vec![]))
        .await
        .unwrap();
    for (request, expected) in forged(&family, &tablet) {
        let refused = house.store.replace_identity(&caller, request).await;
        assert_eq!(code(refused), expected);
    }
    // Refused as a whole: nothing ended.
    let stolen = family.maria.enrolled.caller;
    assert!(house.store.still_live(&stolen).await.is_ok());
    assert_eq!(family.pending().await, 0);
    assert_eq!(house.store.devices(&caller).await.unwrap().vault, 1);
}

pub async fn a_sibling_brings_its_certificate_under_the_new_key(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let tablet = tablet(&mut family).await;
    let phone = family.house.sibling(&family.maria.enrolled, 2, 0x33).await;
    let phone = Device::new(phone, 2, family.circle());
    let house = &family.house;
    let caller = tablet.enrolled.caller;
    house
        .store
        .put_vault(&caller, put(0, vec![]))
        .await
        .unwrap();
    let request = replace(house, &tablet, &family.maria, 1);
    house
        .store
        .replace_identity(&caller, request)
        .await
        .unwrap();
    let own = phone.enrolled.caller;
    for forged in [
        certified(house, &phone, &phone.aik),
        certified(house, &tablet, &new_aik()),
        certificate(
            own.account,
            &new_aik(),
            (own.device, &tablet.enrolled.dsk),
            house.clock_now(),
        ),
    ] {
        let put = PutCertificate {
            certificate: forged,
        };
        let refused = house.store.put_certificate(&own, put).await;
        assert_eq!(code(refused), Code::CertificateInvalid);
    }
    let certificate = certified(house, &phone, &new_aik());
    for _ in 0..2 {
        let put = PutCertificate {
            certificate: certificate.clone(),
        };
        house.store.put_certificate(&own, put).await.unwrap();
    }
    let seen = house.store.devices(&own).await.unwrap();
    let card = seen.devices.iter().find(|card| card.device == own.device);
    assert_eq!(card.unwrap().certificate, certificate);
}

pub async fn a_renewed_certificate_forgets_the_key_packages_that_carry_the_old_one(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    family.maria.put_key_package(house).await;
    let same = PutCertificate {
        certificate: family.maria.enrolled.request.certificate.clone(),
    };
    let caller = family.maria.enrolled.caller;
    house.store.put_certificate(&caller, same).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 1);
    house.clock.advance(60);
    let renewed = PutCertificate {
        certificate: certified(house, &family.maria, &family.maria.aik),
    };
    house.store.put_certificate(&caller, renewed).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 0);
}

/// The secret of a link that `new_keys` answered with.
fn secret(link: &str) -> [u8; 16] {
    let fragment = link.strip_prefix("/link/").unwrap();
    let (secret, fingerprint) = fragment.split_once('.').unwrap();
    assert_eq!(Bytes::from_base64url(fingerprint).unwrap().len(), 32);
    Bytes::from_base64url(secret).unwrap().to_array().unwrap()
}

/// Dana has Maria begin anew: the link.
async fn new_link(family: &Family, n: u8) -> Result<String, store::Error> {
    let dana = family.dana.enrolled.caller;
    let person = family.house.agency.maria.person;
    let ask = AskNewKeys { op_id: op(n) };
    let keys = family.house.store.new_keys(&dana, person, ask).await?;
    Ok(keys.link)
}

pub async fn whoever_begins_anew_loses_every_key_and_earlier_link(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    let maria = family.maria.enrolled.caller;
    let vault = put(0, vec![code_wrap(5)]);
    house.store.put_vault(&maria, vault).await.unwrap();
    let installation = care::Caller::installation();
    let old = house
        .store
        .invite(&installation, maria.account)
        .await
        .unwrap();
    let lost = new_link(&family, 1).await.unwrap();
    let newest = new_link(&family, 1).await.unwrap();
    assert_ne!(lost, newest);
    assert_eq!(code(house.store.still_live(&maria).await), Code::SignedOut);
    for (count, of) in [
        (0, "vault"),
        (0, "vault_wrap"),
        (1, "device WHERE revoked_for = 'new_keys'"),
        (1, "pending_removal"),
    ] {
        let found = house.count(&format!("SELECT COUNT(*) FROM {of}")).await;
        assert_eq!(found, count, "{of}");
    }
    assert!(
        house
            .entries("act = 'issue_new_keys' AND outcome = 'done'")
            .await
            >= 2
    );
    for void in [old.secret, secret(&lost)] {
        let request = request(maria.account, void, 0x51, house.clock_now());
        let refused = house.store.redeem_invitation(request).await;
        assert_eq!(code(refused), Code::InvitationExpired);
    }
    let request = request(maria.account, secret(&newest), 0x51, house.clock_now());
    assert!(house.store.redeem_invitation(request).await.is_ok());
    assert_eq!(code(new_link(&family, 1).await), Code::InvitationUsed);
}

pub async fn who_lost_every_key_begins_anew_by_a_link(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let link = new_link(&family, 1).await.unwrap();
    let (house, gone) = (&family.house, family.maria.account());
    let request = request(gone, secret(&link), 0x51, house.clock_now());
    let redeemed = house.store.redeem_invitation(request.clone()).await;
    let (_, token) = redeemed.unwrap();
    let enrolled = super::house::Enrolled {
        caller: house.store.caller(&token).await.unwrap(),
        token,
        dsk: SigningKey::from_bytes(&[0x51 ^ 0x80; 32]),
        request,
    };
    // The circle takes the old device out and the new one in, under the new key.
    let gone_now = [gone];
    let removed = family.gathering.remove(house, &mut family.dana, &gone_now);
    removed.await.unwrap();
    let circle = family.gathering.circle;
    let mut anew = Device::new(enrolled, 0x51, circle);
    let dana = family.dana.enrolled.caller;
    let seen = house.store.circle(&dana, circle).await.unwrap();
    let maria = seen.members.iter().find(|m| m.account == gone).unwrap();
    assert_eq!(maria.state, MemberState::Invited);
    let mut others = [&mut anew];
    let added = family.gathering.add(house, &mut family.dana, &mut others);
    added.await;
    assert!(anew.say(house).await.is_ok());
}

pub async fn only_those_who_serve_a_person_let_them_begin_anew(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    let agency = house.agency;
    let ask = || AskNewKeys { op_id: op(1) };
    let (dana, maria) = (family.dana.enrolled.caller, family.maria.enrolled.caller);
    for person in [agency.maria.person, agency.ana.person, agency.dana.person] {
        let refused = house
            .store
            .new_keys(&family.ana.enrolled.caller, person, ask())
            .await;
        let expected = if person == agency.ana.person {
            Code::NotAllowed
        } else {
            Code::NotFound
        };
        assert_eq!(code(refused), expected);
    }
    let own = house
        .store
        .new_keys(&maria, agency.maria.person, ask())
        .await;
    assert_eq!(code(own), Code::NotAllowed);
    let staff = house.store.new_keys(&dana, agency.sam.person, ask()).await;
    assert_eq!(code(staff), Code::NotFound);
    // A caregiver of a client whom Dana serves.
    house
        .store
        .new_keys(&dana, agency.ana.person, ask())
        .await
        .unwrap();
    assert_eq!(
        code(house.store.still_live(&family.ana.enrolled.caller).await),
        Code::SignedOut
    );
    assert!(house.store.still_live(&maria).await.is_ok());
}
