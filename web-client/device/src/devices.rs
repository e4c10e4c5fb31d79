//! A person's own devices, as the server lists them, and how another one is shut out.
//!
//! Whoever's last device goes out of a circle's group is listed there no longer. Then none of theirs comes in by itself,
//! and if they alone could bring people in, nobody is brought in any more: no judge takes a new generation from somebody
//! who was not listed, for a server that could say who may begin one could say that it is somebody of its own. So this
//! device comes into its person's circles before it has the other one shut out, if it is on the way there: it was let in
//! just now, or came back by a recovery code because the other one is gone. That is waited for shortly and no longer.

use minicbor::{Decode, Encode};
use protocol::http::{Devices, RevokeDevice};
use protocol::{DeviceId, OpId, Timestamp, WrapKind};

use crate::api::{Backup as BackupView, DeviceView, DevicesView};
use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::turn::Turn;

/// Before the list is asked for again, milliseconds.
const RETRY_MS: u32 = 2_000;
/// So long it is waited for that this device comes into its person's circles, milliseconds.
const COME_IN_MS: u32 = 20_000;

/// Other devices of the person's that are to be signed out for good, until the server has answered.
const REVOKING: &[u8] = b"revoking";

#[derive(Clone, Encode, Decode)]
struct Revoking {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    op_id: OpId,
}

#[derive(Default, Encode, Decode)]
struct AllRevoking(#[n(0)] Vec<Revoking>);

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

    /// Signs another device out for good: at once if this one may, and otherwise as soon as it may, also
    /// if it was closed meanwhile.
    pub fn revoke_device(&mut self, device: DeviceId) -> Result<()> {
        let mut all = self.revoking()?;
        if all.iter().all(|revoking| revoking.device != device) {
            let op_id = Self::op_id();
            all.push(Revoking { device, op_id });
            self.draft.write(REVOKING, &AllRevoking(all));
        }
        self.shut_out()
    }

    fn revoking(&self) -> Result<Vec<Revoking>> {
        let AllRevoking(all) = self.draft.read(REVOKING)?.unwrap_or_default();
        Ok(all)
    }

    /// Shuts out what is to be shut out, if it may be by now.
    pub fn shut_out(&mut self) -> Result<()> {
        self.succeed()?;
        let all = self.revoking()?;
        if all.is_empty() || !self.may_shut_out()? {
            return Ok(());
        }
        for Revoking { device, op_id } in all {
            let asked = |ask: &Ask| matches!(ask, Ask::Revoke(asked) if *asked == device);
            if !self.volatile.asked.values().any(asked) {
                let path = format!("/v1/devices/{device}/revoke");
                self.send_json(Ask::Revoke(device), "POST", &path, &RevokeDevice { op_id });
            }
        }
        Ok(())
    }

    /// It is signed out, or refused; without an answer it is asked for again, whenever this device is online.
    pub fn device_revoked(&mut self, device: DeviceId, answer: Answer<'_>) -> Result<()> {
        if !answer.is_no_answer() {
            let mut all = self.revoking()?;
            all.retain(|revoking| revoking.device != device);
            self.draft.write(REVOKING, &AllRevoking(all));
        }
        self.devices_changed(answer);
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

    /// What is stored once a turn is over.
    fn after(rows: &Rows, turn: &Turn<'_>) -> Rows {
        let mut rows = rows.clone();
        for (key, row) in turn.draft.savepoint() {
            match row {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
        rows
    }

    fn online(rows: &Rows, volatile: Volatile, now: Timestamp) -> Turn<'_> {
        let mut turn = Turn::new(rows, volatile, "localhost", now);
        turn.volatile.link = Some(Link::Online);
        turn
    }

    #[test]
    fn another_device_is_shut_out_once_this_one_is_in_its_persons_circles_or_had_the_time() {
        let rows = rows();
        let mut turn = online(&rows, Volatile::default(), NOW);
        turn.revoke_device(DeviceId::from_bytes([5; 16])).unwrap();
        assert_eq!(revoked(&turn), 0);
        let waiting = turn.volatile.clone();
        let rows = after(&rows, &turn);

        for circle in turn.draft.circles().unwrap() {
            turn.draft.delete(&key::circle(circle.id));
        }
        turn.shut_out().unwrap();
        assert_eq!(revoked(&turn), 1, "it is wherever they are");

        let due = NOW.plus_seconds(i64::from(COME_IN_MS / 1_000));
        for (now, sent) in [(due.plus_seconds(-1), 0), (due, 1)] {
            let mut turn = online(&rows, waiting.clone(), now);
            turn.shut_out().unwrap();
            turn.shut_out().unwrap();
            assert_eq!(revoked(&turn), sent, "{now:?}");
        }
    }

    #[test]
    fn another_device_is_shut_out_though_this_one_was_closed_or_got_no_answer() {
        let device = DeviceId::from_bytes([5; 16]);
        let rows: Rows = [(key::ME.to_vec(), protocol::frame::to_vec(&maria()))].into();
        let mut turn = online(&rows, Volatile::default(), NOW);
        turn.revoke_device(device).unwrap();
        turn.revoke_device(device).unwrap();
        assert_eq!(revoked(&turn), 1, "said twice");

        for (status, again) in [(0, 1), (503, 1), (200, 0), (403, 0)] {
            let rows = after(&rows, &turn);
            let mut closed = online(&rows, Volatile::default(), NOW);
            closed.shut_out().unwrap();
            assert_eq!(revoked(&closed), 1, "it was closed");
            closed.volatile.asked.clear();
            let answer = Answer {
                number: 1,
                status,
                body: b"",
            };
            closed.device_revoked(device, answer).unwrap();
            closed.shut_out().unwrap();
            assert_eq!(revoked(&closed), 1 + again, "{status}");
        }
    }
}
