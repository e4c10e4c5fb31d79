//! Identifiers: one type per noun, so that a device can never be taken for an account.
//!
//! All are UUID version 7 (RFC 9562) except [`OpId`] and [`MessageId`], which are 128 random bits of
//! the device's choosing. In CBOR an id is a byte string of 16; in JSON and in paths the usual
//! hyphenated text.

use std::fmt;
use std::str::FromStr;

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

/// A text or byte string that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A version 7 id from the time and 10 random bytes (RFC 9562, section 5.7).
            pub fn from_parts(now: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The 16 bytes as they are.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes, big-endian as in RFC 9562.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id as the database binds it.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                Ok(Self(Uuid::from_slice(bytes).map_err(|_| IdError)?))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Ok(Self(Uuid::parse_str(text).map_err(|_| IdError)?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.as_bytes())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::try_from(d.bytes()?)
                    .map_err(|e| minicbor::decode::Error::custom(e).at(at))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".to_owned())))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

ids! {
    /// A human being.
    PersonId,
    /// What a person signs in to; holds the role.
    AccountId,
    /// One browser profile or headless process with keys of its own.
    DeviceId,
    /// One encrypted conversation around one client.
    CircleId,
    /// What a client allowed a caregiver to see or receive.
    ConsentId,
    /// A one-time sign-in link.
    InvitationId,
    /// By what right a caregiver acts for a client.
    RepresentationId,
    /// A signed-in browser or headless device.
    SessionId,
    /// A time during which the scheduler was down.
    OutageId,
    /// One time that the clock of the server jumped.
    ClockJumpId,
    /// A passkey, password or code generator by which a person signs in.
    AuthenticatorId,
    /// A Welcome waiting to be fetched.
    WelcomeId,
    /// One agreed time to meet, by video or otherwise.
    AppointmentId,
    /// One agreement to meet again and again.
    SeriesId,
    /// One kind of visit that the agency offers.
    VisitTypeId,
    /// Days on which the agency is closed.
    ClosureId,
    /// One link by which a client books a visit by themselves.
    BookingLinkId,
    /// One person's part in one appointment.
    ParticipantId,
    /// One planned mail.
    DeliveryId,
    /// One mail that one act has sent.
    SingleMailId,
    /// Something that a case manager is asked to see to.
    TaskId,
    /// One client offered to a colleague.
    TransferId,
    /// One audit entry.
    EntryId,
    /// One mutating request; the same id twice is the same request and gets the same answer.
    OpId,
    /// One message, named by its sender's device.
    MessageId,
}

/// The MLS group id: `circle_id (16 bytes) || generation (u32, big-endian)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId {
    /// The circle.
    pub circle: CircleId,
    /// Raised by a circle reset; 0 for the first group.
    pub generation: u32,
}

impl GroupId {
    /// Length in bytes.
    pub const LEN: usize = 20;

    /// The bytes that stand in every MLS message of the group.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..16].copy_from_slice(self.circle.as_bytes());
        bytes[16..].copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }
}

impl TryFrom<&[u8]> for GroupId {
    type Error = IdError;
    fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
        let (circle, generation) = bytes.split_at_checked(16).ok_or(IdError)?;
        Ok(Self {
            circle: CircleId::try_from(circle)?,
            generation: u32::from_be_bytes(generation.try_into().map_err(|_| IdError)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_id_survives_its_bytes() {
        let id = GroupId {
            circle: CircleId::from_bytes([7; 16]),
            generation: 3,
        };
        assert_eq!(GroupId::try_from(id.to_bytes().as_slice()), Ok(id));
        assert_eq!(GroupId::try_from([0_u8; 19].as_slice()), Err(IdError));
    }

    #[test]
    fn an_id_made_from_parts_is_version_7_and_sorts_by_time() {
        let early = PersonId::from_parts(Timestamp::from_micros(1_000_000), [0xff; 10]);
        let late = PersonId::from_parts(Timestamp::from_micros(2_000_000), [0; 10]);
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
    }
}
