//! A person's own devices, as the server lists them.

use protocol::http::{Devices, RevokeDevice};
use protocol::{DeviceId, WrapKind};

use crate::api::{Backup as BackupView, DeviceView, DevicesView};
use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::turn::Turn;

/// Before the list is asked for again, milliseconds.
const RETRY_MS: u32 = 2_000;

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
    pub fn revoke_device(&mut self, device: DeviceId) {
        let body = RevokeDevice {
            op_id: Self::op_id(),
        };
        let path = format!("/v1/devices/{device}/revoke");
        self.send_json(Ask::Revoke, "POST", &path, &body);
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
