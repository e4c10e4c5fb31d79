//! I7: a server that plays any message it likes, alone or with whoever was taken out, cannot make a
//! device merge an account that its group does not list.
//!
//! When everybody has come to rest, copies of honest devices are handed over to such a server. It has
//! its own removal key, the whole log, the public group, and the devices that were taken out with all
//! that they knew. Whatever it plays, the copy's group must list nobody whom it did not list before.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use device::api::Input;
use device::simulated::Guise;
use ed25519_dalek::{Signer as _, SigningKey};
use openmls::extensions::SenderExtensionIndex;
use openmls::messages::external_proposals::ExternalProposal;
use openmls::prelude::{
    KeyPackage, MlsMessageBodyIn, MlsMessageIn, ProtocolVersion, SignatureScheme,
};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::signatures::{Signer, SignerError};
use protocol::bundle::CommitBundle;
use protocol::frame::{Inbox, Notice, NoticeKind, ServerFrame, WelcomeNotice};
use protocol::{AccountId, Bytes, CircleId, DeviceId, EntryKind, GroupId, Timestamp, WelcomeId};
use tls_codec::{Deserialize as _, Serialize as _};

use super::dice::Dice;
use super::invariants::{Cut, Log};
use super::phone::Phone;
use super::puppet::{Lie, Puppet};

/// A renewal of keys is due after this many seconds.
const RENEWAL_S: i64 = 8 * 86_400;
/// A device that is online makes it within these seconds.
const PAUSE_S: i64 = 10;
/// The device that the server names with an entry: whom a commit is by, its signature says.
const SOMEBODY: DeviceId = DeviceId::from_bytes([0xbd; 16]);

/// What the hostile server has.
pub struct Hostile<'w> {
    /// The circle.
    pub circle: CircleId,
    /// Everything that was ever logged.
    pub log: &'w Log,
    /// Its own key among the group's external senders.
    pub removal_key: Option<SigningKey>,
    /// Whoever was taken out.
    pub cuts: &'w [Cut],
    /// The server's time.
    pub now: Timestamp,
}

struct RemovalSigner<'k>(&'k SigningKey);

impl Signer for RemovalSigner<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

fn no_answer(_: &str, _: &[u8]) -> Lie {
    (0, Vec::new())
}

impl Hostile<'_> {
    /// Plays against some of the honest devices. Answers how many attempts there were.
    pub fn play(&self, phones: &[Phone], dice: &mut Dice) -> Result<usize> {
        let honest: Vec<usize> = (0..phones.len())
            .filter(|index| !phones[*index].gone && phones[*index].device.is_some())
            .collect();
        let mut attempts = self.bent_commits(phones, &honest, dice)?;
        for _ in 0..2 {
            let Some(victim) = dice.pick(&honest) else {
                return Ok(attempts);
            };
            let other = dice.pick(&honest).unwrap_or(victim);
            let other = phones[other].person.account;
            attempts += self.play_against(&phones[victim], other, dice)?;
        }
        Ok(attempts)
    }

    fn play_against(&self, victim: &Phone, other: AccountId, dice: &mut Dice) -> Result<usize> {
        let mut attempts = 0;
        for guise in [Guise::Itself, Guise::Stranger, Guise::Claiming(other)] {
            if let Some(cut) = self.somebody(dice) {
                let commit = cut.device.intrude(guise, &self.log.group_info, self.now)?;
                self.offer(victim, EntryKind::Commit, commit, &format!("{guise:?}"))?;
                attempts += 1;
            }
        }
        for _ in 0..4 {
            let which = dice.below(self.log.entries.len());
            let Some((_, entry)) = self.log.entries.get(which) else {
                continue;
            };
            let kinds = [EntryKind::Commit, EntryKind::Proposal, EntryKind::Message];
            let kind = dice.pick(&kinds).unwrap_or(EntryKind::Commit);
            self.offer(victim, kind, entry.mls.clone(), "a replay")?;
            attempts += 1;
        }
        if let (Some(cut), Some(key)) = (self.somebody(dice), &self.removal_key) {
            for (what, proposal) in self.proposals(cut, key)? {
                let standing = self.offer(victim, EntryKind::Proposal, proposal, what)?;
                ensure!(!standing, "I7: {} takes {what}", victim.name);
                attempts += 1;
            }
        }
        if let Some(cut) = self.somebody(dice) {
            attempts += self.lure(victim, cut)?;
        }
        Ok(attempts)
    }

    fn somebody(&self, dice: &mut Dice) -> Option<&Cut> {
        let all: Vec<usize> = (0..self.cuts.len()).collect();
        dice.pick(&all).map(|index| &self.cuts[index])
    }

    fn puppet(&self, phone: &Phone) -> Result<Puppet> {
        Puppet::of(phone, self.circle, self.now).context("it runs")
    }

    /// An entry for the log comes. Answers whether the device went on with it.
    fn offer(&self, victim: &Phone, kind: EntryKind, mls: Bytes, what: &str) -> Result<bool> {
        let mut puppet = self.puppet(victim)?;
        let before = puppet.accounts()?;
        let (_, cursor) = puppet.stand()?;
        puppet.reads(kind, mls, SOMEBODY)?;
        nobody_new(&before, &puppet, victim, what)?;
        Ok(puppet.stand()?.1 != cursor)
    }

    /// Proposals of the server's own, of kinds that it may not make.
    fn proposals(&self, cut: &Cut, key: &SigningKey) -> Result<Vec<(&'static str, Bytes)>> {
        let message = MlsMessageIn::tls_deserialize_exact(&self.log.group_info)?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            bail!("not a GroupInfo");
        };
        let context = info.group_context();
        let (id, epoch) = (context.group_id().clone(), context.epoch());
        let sender = SenderExtensionIndex::new(0);
        let signer = RemovalSigner(key);
        let mut thief = cut.device.duplicate();
        let message = MlsMessageIn::tls_deserialize_exact(&*thief.offer_key_package()?)?;
        let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
            bail!("not a key package");
        };
        let package: KeyPackage =
            package.validate(&RustCrypto::default(), ProtocolVersion::Mls10)?;
        let add = ExternalProposal::new_add::<OpenMlsRustCrypto>(
            package,
            id.clone(),
            epoch,
            &signer,
            sender,
        )?;
        let terms = ExternalProposal::new_group_context_extensions::<OpenMlsRustCrypto>(
            context.extensions().clone(),
            id,
            epoch,
            &signer,
            sender,
        )?;
        Ok(vec![
            (
                "an Add of the server's",
                Bytes(add.tls_serialize_detached()?),
            ),
            (
                "new terms of the server's",
                Bytes(terms.tls_serialize_detached()?),
            ),
        ])
    }

    /// The device is led into other groups of the same name, made by whoever was taken out.
    fn lure(&self, victim: &Phone, cut: &Cut) -> Result<usize> {
        let mut attempts = 0;
        let generation = self.puppet(victim)?.stand()?.0.map_or(0, |stand| stand.0);
        for generation in [generation, generation + 1] {
            self.invite(victim, cut, generation)?;
            attempts += 1;
        }
        Ok(attempts)
    }

    fn invite(&self, victim: &Phone, cut: &Cut, generation: u32) -> Result<()> {
        let mut puppet = self.puppet(victim)?;
        let before = puppet.accounts()?;
        let package = puppet.device().offer_key_package()?;
        let id = GroupId {
            circle: self.circle,
            generation,
        };
        let Ok(welcome) = cut.device.lure(id, &package) else {
            return Ok(());
        };
        let mut lies = |path: &str, _: &[u8]| {
            if path.starts_with("/v1/welcomes/") {
                (200, welcome.0.clone())
            } else {
                (0, Vec::new())
            }
        };
        puppet.connects(&mut no_answer)?;
        let notice = WelcomeNotice {
            welcome: WelcomeId::from_bytes([1; 16]),
            generation,
            start_seq: 1,
        };
        let inbox = Inbox {
            notices: vec![Notice {
                seq: 1 << 40,
                circle: self.circle,
                kind: NoticeKind::Welcome(notice),
            }],
        };
        puppet.hears(&ServerFrame::Inbox(inbox), &mut lies)?;
        nobody_new(&before, &puppet, victim, "a Welcome of a stranger's")
    }

    /// An honest device's next commit, true and bent: the true one moves the others on, so that all of
    /// this is no empty show, and a bent one moves nobody.
    fn bent_commits(&self, phones: &[Phone], honest: &[usize], dice: &mut Dice) -> Result<usize> {
        let (Some(author), Some(reader)) = (dice.pick(honest), dice.pick(honest)) else {
            return Ok(0);
        };
        if author == reader {
            return Ok(0);
        }
        let mut puppet = self.puppet(&phones[author])?;
        puppet.wait_s(RENEWAL_S);
        let mut made = None;
        let mut catches = |path: &str, body: &[u8]| {
            if path.ends_with("/commits") {
                made = minicbor::decode::<CommitBundle>(body).ok();
            }
            (0, Vec::new())
        };
        puppet.connects(&mut catches)?;
        puppet.wait_s(PAUSE_S);
        puppet.drive(Input::Tick, &mut catches)?;
        let commit = made.context("a renewal was due")?.commit;
        let reader = &phones[reader];
        let moves = |mls: Bytes| -> Result<bool> {
            let mut puppet = self.puppet(reader)?;
            puppet.wait_s(RENEWAL_S);
            let before = (puppet.accounts()?, puppet.stand()?.0);
            puppet.reads(EntryKind::Commit, mls, SOMEBODY)?;
            nobody_new(&before.0, &puppet, reader, "a bent commit")?;
            Ok(puppet.stand()?.0 != before.1)
        };
        for _ in 0..6 {
            let mut bent = commit.0.clone();
            let at = dice.below(bent.len());
            bent[at] ^= 1 << dice.below(8);
            ensure!(
                !moves(bent.into())?,
                "I7: byte {at} of a commit is no matter"
            );
        }
        ensure!(moves(commit)?, "I7: an honest commit moves nobody");
        Ok(7)
    }
}

fn nobody_new(before: &[AccountId], puppet: &Puppet, victim: &Phone, what: &str) -> Result<()> {
    let known: BTreeSet<_> = before.iter().collect();
    let after = puppet.accounts()?;
    let new = after.iter().find(|account| !known.contains(account));
    ensure!(
        new.is_none(),
        "I7: {} merges an account that was not listed, by {what}",
        victim.name
    );
    Ok(())
}
