//! Key packages: those of this device, and those of others that the server hands out.

use judge::context::{SUITE, capabilities};
use judge::roster::Leaf;
use openmls::key_packages::{KeyPackage, Lifetime};
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProtocolVersion};
use openmls_traits::OpenMlsProvider;
use protocol::{AccountId, Bytes, DeviceId, Role, Timestamp, limits};
use tls_codec::Deserialize as _;

use super::to_bytes;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::provider::Provider;
use crate::rows::Draft;

/// A claimed key package, checked against the account that it is said to be of.
#[derive(Clone)]
pub struct Newcomer {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// Its role in the circle.
    pub role: Role,
    /// Its identity key.
    pub aik: Bytes,
    /// The key package.
    pub package: KeyPackage,
}

/// Why a claimed key package is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwelcome {
    /// It is not the person's.
    Invalid,
    /// It may be the person's, under another identity key than the one pinned: a human decides.
    NewKey(Bytes),
}

/// Key packages of this device, their private halves in the draft.
pub fn make_key_packages(
    draft: &Draft<'_>,
    identity: &Identity,
    count: usize,
) -> Result<Vec<Bytes>> {
    (0..count)
        .map(|_| make_key_package(draft, identity, false))
        .collect()
}

/// The key package handed out when no other is left.
pub fn make_last_resort(draft: &Draft<'_>, identity: &Identity) -> Result<Bytes> {
    make_key_package(draft, identity, true)
}

impl Draft<'_> {
    /// Forgets this device's key packages that were over long before `now`: nobody adds it by them any more, and a Welcome
    /// that somebody made by one waits no longer either. Whoever finds the device finds nothing that would open it. (Should
    /// one have waited all the same, the device comes into the group by itself.)
    pub fn forget_old_key_packages(&self, now: Timestamp) {
        let then = now.plus_seconds(-limits::DEVICE_IDLE_S).micros() / 1_000_000;
        let then = u64::try_from(then).unwrap_or(0);
        self.forget_key_packages(|package| package.life_time().not_after() < then);
    }
}

fn make_key_package(draft: &Draft<'_>, identity: &Identity, last_resort: bool) -> Result<Bytes> {
    let mut builder = KeyPackage::builder()
        .leaf_node_capabilities(capabilities())
        .key_package_lifetime(Lifetime::new(limits::KEY_PACKAGE_S.unsigned_abs()));
    if last_resort {
        builder = builder.mark_as_last_resort();
    }
    let bundle = builder
        .build(
            SUITE,
            &Provider::new(draft),
            identity,
            identity.credential(),
        )
        .map_err(Error::mls)?;
    to_bytes(&MlsMessageOut::from(bundle.into_key_package()))
}

/// Checks a key package that the server handed out: signed, in its lifetime, certified under the
/// account's identity key, which must be the pinned one if one is, by a certificate that is good `now`.
pub fn check_newcomer(
    draft: &Draft<'_>,
    claimed: &protocol::http::ClaimedKeyPackage,
    now: Timestamp,
) -> Result<Newcomer, Unwelcome> {
    let newcomer = read_newcomer(draft, claimed, now).ok_or(Unwelcome::Invalid)?;
    let pinned = draft.pin(claimed.account);
    let met = || draft.met(claimed.account).ok().flatten();
    if pinned.is_none_or(|pin| newcomer.aik.0 == pin)
        || met().is_some_and(|met| met.aik == newcomer.aik)
    {
        Ok(newcomer)
    } else {
        Err(Unwelcome::NewKey(newcomer.aik))
    }
}

fn read_newcomer(
    draft: &Draft<'_>,
    claimed: &protocol::http::ClaimedKeyPackage,
    now: Timestamp,
) -> Option<Newcomer> {
    let message = MlsMessageIn::tls_deserialize_exact(&*claimed.key_package).ok()?;
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        return None;
    };
    let provider = Provider::new(draft);
    let package = package
        .validate(provider.crypto(), ProtocolVersion::Mls10)
        .ok()?;
    let aik: [u8; 32] = claimed.aik.to_array()?;
    let leaf = Leaf::of_key_package(&package).ok()?;
    let cert = judge::certificate::check_device_cert(&leaf.identity, &aik).ok()?;
    judge::certificate::check_dates(&cert, now).ok()?;
    let own = cert.account == claimed.account && cert.device == claimed.device;
    (own && cert.dsk.0 == leaf.key).then(|| Newcomer {
        account: claimed.account,
        device: claimed.device,
        role: claimed.role,
        aik: claimed.aik.clone(),
        package,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    #[test]
    fn key_packages_that_were_over_long_ago_are_forgotten_and_no_others() {
        let rows = Rows::new();
        let draft = Draft::new(&rows);
        let account = AccountId::from_bytes([1; 16]);
        let made = Timestamp::from_micros(0);
        let identity = Identity::make(account, made).unwrap();
        make_key_packages(&draft, &identity, 2).unwrap();
        make_last_resort(&draft, &identity).unwrap();
        let kept = || draft.keys(b"mls/key_package/").len();
        // OpenMLS dates them by the machine's clock.
        let latest = std::cell::Cell::new(0);
        draft.forget_key_packages(|package| {
            latest.set(package.life_time().not_after().max(latest.get()));
            false
        });
        let over = i64::try_from(latest.get()).unwrap() * 1_000_000;
        let over = Timestamp::from_micros(over).plus_seconds(limits::DEVICE_IDLE_S);
        let before = over.plus_seconds(-60);
        for (now, left) in [(made, 3), (before, 3), (over.plus_seconds(1), 0)] {
            draft.forget_old_key_packages(now);
            assert_eq!(kept(), left, "{now:?}");
        }
    }

    #[test]
    fn every_key_package_stands_up_to_the_checks_of_whoever_adds_it() {
        let rows = Rows::new();
        let draft = Draft::new(&rows);
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let account = AccountId::from_bytes([1; 16]);
        let identity = Identity::make(account, now).unwrap();
        let mut packages = make_key_packages(&draft, &identity, 2).unwrap();
        packages.push(make_last_resort(&draft, &identity).unwrap());
        for key_package in packages {
            assert!(key_package.len() <= limits::KEY_PACKAGE_BYTES_MAX);
            let claimed = protocol::http::ClaimedKeyPackage {
                account,
                role: Role::Client,
                aik: identity.aik_public().into(),
                device: identity.device,
                key_package,
            };
            assert!(check_newcomer(&draft, &claimed, now).is_ok());
        }
    }
}
