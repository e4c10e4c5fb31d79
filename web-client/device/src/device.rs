//! The machine itself: open, handle one input, open one item.

use protocol::frame::ServerFrame;
use protocol::{Code, Timestamp};

use crate::api::{Command, Delta, Input, Item, Step, Write};
use crate::error::{Error, Result};
use crate::rows::{Changes, Draft, Rows};
use crate::sealing::{Sealed, Sealing};
use crate::turn::Turn;
use crate::vault::Table;
use crate::volatile::Volatile;

/// A person's device. Drop it, and open it again from its store, whenever storing a step failed.
#[derive(Debug)]
pub struct Device {
    sealing: Sealing,
    server_name: String,
    rows: Rows,
    volatile: Volatile,
}

impl Device {
    /// Opens a device from the rows of its table `state`; none for a new one.
    ///
    /// `server_name` is the server's `host[:port]`: the device signs it, so that a proof made for one
    /// server is worth nothing at another.
    pub fn open(
        vault_key: [u8; 32],
        server_name: String,
        rows: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Result<Self> {
        Self::opened(Sealing::whole(vault_key), server_name, rows)
    }

    /// The same in a browser, where the server keeps a share of what seals the rows ([`crate::sealing`]).
    ///
    /// `shared` says whether [`Device::share`] was ever stored; if so and `share` is not here, only what signs
    /// in opens, and the device does nothing else. Either way it asks for the share before it goes online,
    /// and hands it over as [`crate::api::Effect::Unseal`].
    pub fn open_shared(
        vault_key: [u8; 32],
        (shared, share): (bool, Option<[u8; 32]>),
        server_name: String,
        rows: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Result<Self> {
        let sealing = if shared {
            Sealing::shared(vault_key, share.as_ref())?
        } else {
            Sealing::unshared(vault_key)
        };
        Self::opened(sealing, server_name, rows)
    }

    fn opened(
        sealing: Sealing,
        server_name: String,
        rows: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Result<Self> {
        let rows = rows
            .into_iter()
            .filter(|(key, _)| !sealing.is_closed(key))
            .map(|(key, sealed)| {
                let value = sealing.open(Table::State, &key, &sealed)?;
                Ok((key, value))
            })
            .collect::<Result<Rows>>()?;
        Ok(Self {
            volatile: Volatile {
                sealed: sealing.sealed(),
                ..Volatile::default()
            },
            sealing,
            server_name,
            rows,
        })
    }

    /// Seals everything anew, under the share too: all rows, and these of the table `items`. What is handed back
    /// replaces both tables; if that cannot be stored, drop the device and open it again.
    pub fn share(
        &mut self,
        vault_key: [u8; 32],
        share: [u8; 32],
        items: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Result<Delta> {
        let sealing = Sealing::shared(vault_key, Some(&share))?;
        let mut delta = Delta::default();
        self.part_secrets()?;
        for (key, value) in &self.rows {
            delta.state.push(Write {
                key: key.clone(),
                value: Some(sealing.seal(Table::State, key, value)?),
            });
        }
        for (key, sealed) in items {
            // One that does not read stays as it is, and is one that does not read.
            let value = match self.sealing.open(Table::Items, &key, &sealed) {
                Ok(value) => sealing.seal(Table::Items, &key, &value)?,
                Err(_) => sealed,
            };
            delta.items.push(Write {
                key,
                value: Some(value),
            });
        }
        self.sealing = sealing;
        self.volatile.sealed = Sealed::Open;
        Ok(delta)
    }

    /// A device of before they were apart, or of a program that put them together again.
    fn part_secrets(&mut self) -> Result<()> {
        let draft = Draft::new(&self.rows);
        draft.part_secrets()?;
        let changes = draft.into_changes();
        self.keep(changes);
        Ok(())
    }

    /// Handles one input. On error nothing was changed and the device may be used on.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Result<Step> {
        let mut turn = Turn::new(&self.rows, self.volatile.clone(), &self.server_name, now);
        match input {
            Input::Command { command } => command_input(&mut turn, command)?,
            Input::Opened => turn.opened()?,
            Input::Closed => turn.closed(),
            Input::Frame { bytes } => frame_input(&mut turn, &bytes)?,
            Input::Answer { id, status, body } => turn.answer(id, status, &body)?,
            Input::Tick => turn.tick()?,
        }
        let done = turn.finish()?;
        let delta = Delta {
            state: self.seal(Table::State, &done.changes)?,
            items: self.seal(Table::Items, &done.items)?,
        };
        self.keep(done.changes);
        self.volatile = done.volatile;
        Ok(Step {
            delta,
            effects: done.effects,
        })
    }

    #[cfg(feature = "simulated")]
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// What was written holds.
    pub(crate) fn keep(&mut self, changes: Changes) {
        for (key, value) in changes {
            match value {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }

    #[cfg(feature = "simulated")]
    pub(crate) fn copied(&self) -> Self {
        Self {
            sealing: self.sealing.copied(),
            server_name: self.server_name.clone(),
            rows: self.rows.clone(),
            volatile: Volatile::default(),
        }
    }

    /// Opens one row of the table `items`.
    pub fn open_item(&self, key: &[u8], sealed: &[u8]) -> Result<Item> {
        let value = self.sealing.open(Table::Items, key, sealed)?;
        minicbor_serde::from_slice(&value).map_err(|_| Error::Store("an item does not read"))
    }

    fn seal(&self, table: Table, changes: &Changes) -> Result<Vec<Write>> {
        let write = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| {
            let sealed = value.as_ref();
            let sealed = sealed.map(|value| self.sealing.seal(table, key, value));
            Ok(Write {
                key: key.clone(),
                value: sealed.transpose()?,
            })
        };
        changes.iter().map(write).collect()
    }
}

fn command_input(turn: &mut Turn<'_>, command: Command) -> Result<()> {
    let signs_in = matches!(
        command,
        Command::Connect | Command::SignOut | Command::SignIn | Command::SignSignIn { .. }
    );
    if turn.volatile.sealed == Sealed::Closed && !signs_in {
        return Err(Error::refused(
            Code::SignedOut,
            "what is stored here opens to whoever signs in",
        ));
    }
    match command {
        Command::OpenLink { link } => turn.open_link(&link),
        Command::Enrol => turn.enrol(),
        Command::Connect => turn.connect(),
        Command::Send {
            circle,
            text,
            urgency,
        } => turn.send_text(circle, text, urgency),
        Command::SignOut => {
            turn.sign_out();
            Ok(())
        }
        Command::SignIn => turn.sign_in(),
        Command::SignSignIn { ceremony } => turn.sign_sign_in(&ceremony),
        Command::AddDevice => turn.add_device(),
        Command::ApproveDevice => turn.approve_device(),
        Command::DeclineDevice => turn.decline_device(),
        Command::RevokeDevice { device } => turn.revoke_device(device),
        Command::ReportStolen { device } => turn.report_stolen(device),
        Command::InvitePerson { person, account } => turn.invite_person(person, account),
        Command::MailInvitation {
            person,
            account,
            email,
            language,
        } => turn.mail_invitation((person, account), email, language),
        Command::WatchIntake { person } => {
            turn.watch_intake(person);
            Ok(())
        }
        Command::ConfirmPerson { person, in_person } => turn.confirm_person(person, in_person),
        Command::EndIntake { person } => turn.end_intake(person),
        Command::MakeRecoveryCode => turn.make_recovery_code(),
        Command::Recover { code } => turn.recover(&code),
        Command::ResetCircle { circle } => turn.reset(circle),
        Command::Rejoin { circle } => turn.rejoin(circle),
        Command::KeepHistory { circle, keep } => turn.keep_history(circle, keep),
        Command::TrustNewKey { account } => turn.trust_new_key(account),
        Command::VerifyMember {
            account,
            safety_number,
        } => turn.verify_member(account, &safety_number),
        Command::LookAgain { account } => turn.look_again(account),
        Command::AckUrgent { circle, seq } => turn.ack_urgent(circle, seq),
        Command::Typing { circle } => turn.typing(circle),
        Command::Read { circle, seq } => turn.read(circle, seq),
    }
}

/// A frame of a kind that this version does not know is passed over: a newer server may send it.
fn frame_input(turn: &mut Turn<'_>, bytes: &[u8]) -> Result<()> {
    match ServerFrame::parse(bytes) {
        Some(ServerFrame::Ready(ready)) => turn.ready(&ready),
        Some(ServerFrame::Ok(done)) => turn.accepted(done),
        Some(ServerFrame::Err(refused)) => turn.refused(&refused),
        Some(ServerFrame::Log(page)) => turn.log_page(page),
        Some(ServerFrame::Inbox(inbox)) => {
            turn.notices(inbox.notices);
            Ok(())
        }
        Some(ServerFrame::KeyPackagesLow(low)) => turn.refill_key_packages(low.left),
        Some(ServerFrame::Bye(bye)) => {
            turn.bye(bye.code);
            Ok(())
        }
        Some(ServerFrame::Ephemeral(came)) => turn.ephemeral(&came),
        Some(ServerFrame::CommitPlease(please)) => turn.commit_please(please.circle),
        Some(ServerFrame::AccountChanged(_)) => {
            turn.read_devices();
            turn.look_at_intake();
            Ok(())
        }
        None => Ok(()),
    }
}
