//! Bodies of intake: people whom a case manager adds, the invitation by which they come, and who acts for
//! a client.
//!
//! The inviting device makes an invitation's secret, 16 bytes, and the server never has it, unless the device
//! asks it to mail the link. From it both
//! devices derive, by HKDF-SHA256, what the server knows the invitation by (16 bytes) and a MAC key. Under
//! that key the inviting device authenticates its identity key and the agency's to the new one, the new
//! device its own identity key to the inviting one; six digits of both are compared on the two screens.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Bytes, IntakeState, InvitationId, Language, OpId, PersonId, RepresentationBasis,
    RepresentationId, Timestamp,
};

bodies! {
    /// A new client, entrusted to the caller.
    AddClient {
        /// The request's id: the same one again adds nobody.
        op_id: OpId,
        /// The name; sealed at rest.
        name: String,
        /// By which number they are called; sealed at rest.
        #[serde(default)]
        phone: Option<String>,
    }

    /// A new caregiver of a client's.
    AddCaregiver {
        /// The request's id: the same one again adds nobody.
        op_id: OpId,
        /// The name; sealed at rest.
        name: String,
        /// What they are to the client ("daughter"); sealed at rest.
        relationship: String,
        /// By which number they are called; sealed at rest.
        #[serde(default)]
        phone: Option<String>,
    }

    /// An invitation whose secret the caller's device made. Ends an earlier one.
    InvitePerson {
        /// The request's id.
        op_id: OpId,
        /// SHA-256 of what the server is to know the invitation by, 32 bytes.
        lookup_hash: Bytes,
        /// Of the inviting device, 32 bytes.
        mac: Bytes,
    }

    /// An invitation that leaves by mail, to an address that somebody typed. Its link passes through the server:
    /// whoever comes by it is let in unseen and shown as not verified. Ends an earlier one.
    MailInvitation {
        /// The request's id.
        op_id: OpId,
        /// SHA-256 of what the server is to know the invitation by, 32 bytes.
        lookup_hash: Bytes,
        /// Of the inviting device, 32 bytes.
        mac: Bytes,
        /// What follows the `#` of the link: `/join/<secret>.<fingerprint>`; sealed until the mail has left.
        link: String,
        /// Where the mail goes; sealed until it has left.
        email: String,
        /// In which language it speaks.
        language: Language,
    }

    /// How a person's invitation stands.
    PersonIntake {
        /// The newest; absent if there never was one.
        intake: Option<Intake>,
    }

    /// An invitation, for those who serve its person.
    Intake {
        /// The invitation.
        invitation: InvitationId,
        /// Whose it is.
        account: AccountId,
        /// Whose device made it.
        inviter: AccountId,
        /// How far it is.
        state: IntakeState,
        /// When its link ends.
        expires_at: Timestamp,
        /// It left by mail: whoever comes by it cannot be confirmed in person.
        mailed: bool,
        /// The device that came.
        arrived: Option<Arrival>,
    }

    /// A device that came by an invitation.
    Arrival {
        /// The identity key that it brought, 32 bytes.
        aik: Bytes,
        /// Its MAC, 32 bytes.
        mac: Bytes,
        /// When.
        at: Timestamp,
        /// Until when it can be confirmed in person.
        until: Timestamp,
    }

    /// The person before the caller is whom the invitation is for, and this is their key.
    ConfirmPerson {
        /// The request's id.
        op_id: OpId,
        /// The identity key that is confirmed, 32 bytes.
        aik: Bytes,
        /// In person: the MAC that says so to the new device, 32 bytes. Absent: they are let in unseen and
        /// shown as not verified.
        confirmation: Option<Bytes>,
    }

    /// The invitation is over; a device that came by it and was not confirmed is turned away.
    EndInvitation {
        /// The request's id.
        op_id: OpId,
    }

    /// How far the caller's own invitation is.
    OwnIntake {
        /// How far; absent if the caller did not come by one.
        state: Option<IntakeState>,
        /// What the inviting device said of it, 32 bytes.
        confirmation: Option<Bytes>,
    }

    /// Who invites, as the server knows them; the MAC says whether it is true.
    Inviter {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The account identity key, 32 bytes.
        aik: Bytes,
        /// Of the inviting device, 32 bytes.
        mac: Bytes,
    }

    // --- acting for a client ----------------------------------------------------------------------

    /// A caregiver acts for the client from now on: what the client may, they may.
    RecordRepresentation {
        /// The request's id.
        op_id: OpId,
        /// Who acts.
        caregiver: PersonId,
        /// By what right.
        basis: RepresentationBasis,
        /// What was seen that shows it, in the recorder's words; sealed at rest.
        evidence: String,
        /// When it ends by itself; `null`: until ended.
        until: Option<Timestamp>,
    }

    /// They act for the client no longer.
    EndRepresentation {
        /// The request's id.
        op_id: OpId,
    }

    /// By what right a caregiver acts for a client.
    Representation {
        /// Its id.
        id: RepresentationId,
        /// By what right.
        basis: RepresentationBasis,
        /// From when.
        from: Timestamp,
        /// Until when; `null`: until ended.
        until: Option<Timestamp>,
        /// When it was ended.
        ended_at: Option<Timestamp>,
        /// Who wrote it down.
        recorded_by: AccountId,
        /// What was seen, in the recorder's words; for staff and the client.
        evidence: Option<String>,
    }
}
