//! What stands in the vault's place and is no vault of this person's: it does not open on this device, or it holds an
//! identity key to which theirs never handed over.
//!
//! Whoever has a session of the person's can put anything there, for the server opens none. As long as their identity key
//! is the one that this device has, nobody gave the vault another key: then this device writes its own over it. Else
//! nothing could be backed up any more, and no device be reported stolen: the new identity key goes to the server with a
//! vault that follows the one that stands there.

use crate::error::Result;
use crate::state::key;
use crate::turn::Turn;

impl Turn<'_> {
    /// The server is asked which identity key holds beside this version of the vault: it names both at once.
    pub fn vault_is_closed(&mut self, version: u64) {
        self.volatile.closed_vault = Some(version);
        self.read_devices();
    }

    /// It has named them. Written over once while this device is online: whoever goes on spoiling the vault is not chased
    /// for ever, but what this device brings there next follows theirs.
    pub fn settle_closed_vault(&mut self, version: u64) -> Result<()> {
        let own = self.must_me()?.identity.aik_public();
        let told = self.volatile.devices.as_ref();
        let holds = told.is_some_and(|told| told.vault == version && told.aik.0 == own);
        self.volatile.vault_read = true;
        if let (true, Some(mut backup)) = (holds, self.backup()?) {
            let again = std::mem::replace(&mut self.volatile.wrote_over, true);
            backup.version = version;
            backup.dirty |= !again;
            // Whoever spoilt it may have spoilt what opens it on this device too.
            backup.wrapped &= again;
            self.draft.write(key::BACKUP, &backup);
        }
        self.work()
    }
}
