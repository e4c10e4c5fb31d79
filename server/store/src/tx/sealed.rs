//! Sealing and opening, as a transaction does it: a client's fields under the client's own key, which may
//! have to be read first, and everything else under the ring's.

use protocol::{ERASED, PersonId};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Tx;
use crate::client_keys::{self, Opening, Sealing};
use crate::error::{Error, Result};
use crate::seal::{Column, SealKey, Suite};

impl Tx {
    /// Seals a field for its row, under a seal key: what is about no client, and what is about the agency.
    pub(crate) fn seal(&self, column: Column, row: Uuid, plain: &[u8]) -> Vec<u8> {
        self.core.sealer.seal(column, row, plain, self.random())
    }

    /// Seals a field about a person for its row: a client's under the client's own key. Refused of a client
    /// who was erased.
    pub(crate) async fn seal_about(
        &mut self,
        person: PersonId,
        column: Column,
        row: Uuid,
        plain: &[u8],
    ) -> Result<Vec<u8>> {
        let sealed = self.seal_unless_erased(person, column, row, plain).await?;
        sealed.ok_or_else(|| client_keys::erased().into())
    }

    /// The same. None of a client who was erased.
    pub(crate) async fn seal_unless_erased(
        &mut self,
        person: PersonId,
        column: Column,
        row: Uuid,
        plain: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        Ok(match client_keys::sealing(self, person).await? {
            Sealing::Own(key) => Some(key.seal(column, row, plain, self.random())),
            Sealing::Ring => Some(self.seal(column, row, plain)),
            Sealing::Erased => None,
        })
    }

    /// Opens a field, under whichever key it is sealed. None if it is about a client who was erased.
    pub(crate) async fn open(
        &mut self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let (suite, id) = SealKey::named(sealed)?;
        if suite == Suite::Ring {
            return Ok(Some(self.core.sealer.open(column, row, sealed)?));
        }
        match client_keys::opening(self, id).await? {
            Opening::Own(key) => Ok(Some(key.open(column, row, sealed)?)),
            Opening::Erased => Ok(None),
        }
    }

    /// Opens a sealed text. None if it is about a client who was erased.
    pub(crate) async fn open_if_there(
        &mut self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Option<String>> {
        let Some(plain) = self.open(column, row, sealed).await? else {
            return Ok(None);
        };
        let text = String::from_utf8(plain.to_vec());
        text.map(Some)
            .map_err(|_| Error::broken("a sealed text is not UTF-8"))
    }

    /// Opens a sealed text to be shown: [`ERASED`] if it is about a client who was erased.
    pub(crate) async fn open_text(
        &mut self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<String> {
        let text = self.open_if_there(column, row, sealed).await?;
        Ok(text.unwrap_or_else(|| ERASED.to_owned()))
    }

    /// How often clients were erased, as this transaction saw it when it first asked.
    pub(crate) async fn erasures(&mut self) -> Result<i64> {
        if let Some(erasures) = self.erasures {
            return Ok(erasures);
        }
        let erasures = client_keys::erasures(self).await?;
        self.erasures = Some(erasures);
        Ok(erasures)
    }
}
