//! A person's own devices, as the server lists them, and how another one is shut out.
//!
//! Whoever's last device goes out of a circle's group is listed there no longer. Then none of theirs comes in by itself,
//! and if they alone could bring people in, nobody is brought in any more: no judge takes a new generation from somebody
//! who was not listed, for a server that could say who may begin one could say that it is somebody of its own. So this
//! device comes into its person's circles before it has the other one shut out, if it is on the way there: it was let in
//! just now, or came back by a recovery code because the other one is gone. That is waited for shortly and no longer.

use protocol::http::{Devices, RevokeDevice};
use protocol::{DeviceId, Timestamp, WrapKind};

use crate::api::{Backup as BackupView, DeviceView, DevicesView};
use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::turn::Turn;

/// Before the list is asked for again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// So long it is waited for that this device comes into its person's circles, milliseconds.
const COME_IN_MS: u32 = 20_000;

impl Turn<'_> {
    /// Asks for the list.
    pub fn read_devices(&mut self) {
        self.get_anew(Ask::Devices, "/v1/devices".to_owned());
    }

    /// The list came: is the vault newer there, or the identity key another one?
    pub fn devices_read(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(devices) = answer.json::<Devices>() else {
            if answer.is_no_answer() {
                self.timer(RETRY_MS);
            }
            return Ok(());
        };
        let me = self.must_me()?;
        let version = self.backup()?.map_or(0, |backup| backup.version);
        let follows = devices.aik.0 != me.identity.aik_public();
        let newer = devices.vault > version && self.volatile.vault_read;
        self.volatile.devices = Some(devices);
        self.devices_changed = true;
        // Whether missing era keys may still come depends on the other devices.
        let dark = |circle: &crate::state::Circle| !circle.dark.is_empty();
        self.circles_changed |= self.draft.circles()?.iter().any(dark);
        if let Some(version) = self.volatile.closed_vault.take() {
            return self.settle_closed_vault(version);
        }
        if (follows || newer) && !self.volatile.vault_flying {
            self.read_vault();
        }
        Ok(())
    }

    /// Something about the devices was done, or refused.
    pub fn devices_changed(&mut self, answer: Answer<'_>) {
        if answer.status >= 400 {
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
        }
        self.read_devices();
    }

    /// Signs another device out for good.
    pub fn revoke_device(&mut self, device: DeviceId) -> Result<()> {
        self.volatile.revoking.push(device);
        self.shut_out()
    }

    /// Shuts out what is to be shut out, if it may be by now.
    pub fn shut_out(&mut self) -> Result<()> {
        self.succeed()?;
        if self.volatile.revoking.is_empty() || !self.may_shut_out()? {
            return Ok(());
        }
        for device in std::mem::take(&mut self.volatile.revoking) {
            let body = RevokeDevice {
                op_id: Self::op_id(),
            };
            let path = format!("/v1/devices/{device}/revoke");
            self.send_json(Ask::Revoke, "POST", &path, &body);
        }
        Ok(())
    }

    /// Whether this device is in its person's circles, or had time enough to come there.
    pub fn may_shut_out(&mut self) -> Result<bool> {
        if self.joining()?.is_none() {
            self.volatile.shut_out_at = None;
            return Ok(true);
        }
        let in_a_while = self.now.micros() + i64::from(COME_IN_MS) * 1_000;
        let held = self.volatile.shut_out_at;
        let due = held.unwrap_or(Timestamp::from_micros(in_a_while));
        if held.is_none() {
            self.volatile.shut_out_at = Some(due);
            self.timer(COME_IN_MS + 1);
        }
        Ok(self.now >= due)
    }

    /// What a person sees of their devices; nothing before the server has named them.
    pub fn devices_view(&self) -> Result<Option<DevicesView>> {
        let (Some(me), Some(told)) = (self.me()?, &self.volatile.devices) else {
            return Ok(None);
        };
        let ms = |at: protocol::Timestamp| at.micros() / 1_000;
        let devices: Vec<_> = told
            .devices
            .iter()
            .map(|card| DeviceView {
                device: card.device,
                this: card.device == me.identity.device,
                enrolled_ms: ms(card.enrolled_at),
                seen_ms: card.seen_at.map(ms),
            })
            .collect();
        let code = told.wraps.contains(&WrapKind::RecoveryCode);
        let siblings = u32::try_from(devices.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let ways = u32::from(code) + siblings;
        let opened = self.volatile.reopened > 0 && self.volatile.reopened >= told.vault;
        Ok(Some(DevicesView {
            devices,
            waiting: self.waiting_code()?,
            backup: BackupView {
                code,
                siblings,
                safe: ways >= 2 && opened,
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use protocol::{CircleId, MemberState, Role};

    use super::*;
    use crate::api::{Effect, Link};
    use crate::invented::{NOW, maria};
    use crate::rows::Rows;
    use crate::state::{Circle, Named, key};
    use crate::volatile::Volatile;

    /// A device whose person is in a circle, and it is not.
    fn rows() -> Rows {
        let me = maria();
        let mut circle = Circle::new(CircleId::from_bytes([9; 16]));
        circle.members.push(Named {
            account: me.identity.account,
            name: me.name.clone(),
            role: Role::Client,
            state: MemberState::Confirmed,
            devices: Vec::new(),
        });
        [
            (key::ME.to_vec(), protocol::frame::to_vec(&me)),
            (key::circle(circle.id), protocol::frame::to_vec(&circle)),
        ]
        .into()
    }

    fn revoked(turn: &Turn<'_>) -> usize {
        let revoke = |effect: &&Effect| match effect {
            Effect::Request { path, .. } => path.ends_with("/revoke"),
            _ => false,
        };
        turn.effects.iter().filter(revoke).count()
    }

    #[test]
    fn another_device_is_shut_out_once_this_one_is_in_its_persons_circles_or_had_the_time() {
        let rows = rows();
        let mut turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
        turn.volatile.link = Some(Link::Online);
        turn.revoke_device(DeviceId::from_bytes([5; 16])).unwrap();
        assert_eq!(revoked(&turn), 0);
        let waiting = turn.volatile.clone();

        for circle in turn.draft.circles().unwrap() {
            turn.draft.delete(&key::circle(circle.id));
        }
        turn.shut_out().unwrap();
        assert_eq!(revoked(&turn), 1, "it is wherever they are");

        let due = NOW.plus_seconds(i64::from(COME_IN_MS / 1_000));
        for (now, sent) in [(due.plus_seconds(-1), 0), (due, 1)] {
            let mut turn = Turn::new(&rows, waiting.clone(), "localhost", now);
            turn.shut_out().unwrap();
            turn.shut_out().unwrap();
            assert_eq!(revoked(&turn), sent, "{now:?}");
        }
    }
}
