//! Which rule was broken. The text is stable: it is the `detail` of [`protocol::Code::Judged`].

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The GroupContext carries no `CirclePolicy`, or one that does not read.
    #[error("policy_malformed")]
    PolicyMalformed,
    /// The policy names another circle or generation than the group id.
    #[error("policy_of_another_group")]
    PolicyOfAnotherGroup,
    /// Members are not in ascending order, appear twice, or are too many.
    #[error("policy_members")]
    PolicyMembers,
    /// Required capabilities are not exactly the ones of this product.
    #[error("required_capabilities")]
    RequiredCapabilities,
    /// An external sender is not a removal key signed by the agency key.
    #[error("external_sender_unsigned")]
    ExternalSenderUnsigned,
    /// A certificate does not read, does not verify, or is not for this leaf's key.
    #[error("certificate_invalid")]
    CertificateInvalid,
    /// A newly introduced certificate is not valid at the entry's time, or for too long.
    #[error("certificate_dates")]
    CertificateDates,
    /// A newly introduced leaf to which nobody can encrypt, or that says it cannot go on in the group.
    #[error("leaf_unusable")]
    LeafUnusable,
    /// A leaf of an account that the policy does not name.
    #[error("account_unlisted")]
    AccountUnlisted,
    /// A device with two leaves.
    #[error("device_twice")]
    DeviceTwice,
    /// An account in the policy without a leaf in the group.
    #[error("account_without_device")]
    AccountWithoutDevice,
    /// More leaves than [`protocol::limits::CIRCLE_DEVICES_MAX`].
    #[error("too_many_devices")]
    TooManyDevices,
    /// A proposal type that is not listed.
    #[error("proposal_type")]
    ProposalType,
    /// An external sender proposed something else than Remove.
    #[error("external_proposal")]
    ExternalProposal,
    /// A sender that is neither a member nor a returning device.
    #[error("sender")]
    Sender,
    /// A commit without an update path: it would not heal a compromised leaf.
    #[error("path_missing")]
    PathMissing,
    /// The update path's leaf is another device than the committer.
    #[error("path_of_another_device")]
    PathOfAnotherDevice,
    /// Someone was removed by a role that may not.
    #[error("removal_not_allowed")]
    RemovalNotAllowed,
    /// The policy was changed by a role that may not.
    #[error("amendment_not_allowed")]
    AmendmentNotAllowed,
    /// An account's identity key changed.
    #[error("identity_key_changed")]
    IdentityKeyChanged,
    /// An account's role changed.
    #[error("role_changed")]
    RoleChanged,
    /// A `verified_by` signature does not verify, or its verifier is not listed.
    #[error("verification_invalid")]
    VerificationInvalid,
    /// An external commit for an account that was not listed, or that changes the policy.
    #[error("external_commit")]
    ExternalCommit,
    /// A founding that is not one case manager's device alone.
    #[error("founding")]
    Founding,
    /// A new generation that does not follow from the one before.
    #[error("reset")]
    Reset,
    /// The inviter's role may not add.
    #[error("inviter_may_not_add")]
    InviterMayNotAdd,
    /// A group with people whom nobody known to this device vouches for.
    #[error("stranger")]
    Stranger,
    /// A group of an earlier epoch or generation than one that this device was in.
    #[error("rolled_back")]
    RolledBack,
    /// An identity key is not the one this device pinned for that account.
    #[error("pinned_key_differs")]
    PinnedKeyDiffers,
}
