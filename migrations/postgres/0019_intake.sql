-- Invitation at intake: who came by an invitation has no right before somebody who serves them says who they
-- are. And who acts for a client by a right of their own.

-- Since when somebody who serves this person, or the installation, has said that it is them.
ALTER TABLE account ADD COLUMN confirmed_at BIGINT;
UPDATE account SET confirmed_at = created_at;

-- An invitation that a case manager's device made: the server never has the secret of its link, and what the
-- two MACs say only the two devices can check.
CREATE TABLE intake (
    id              UUID    NOT NULL PRIMARY KEY REFERENCES invitation (id),
    account         UUID    NOT NULL REFERENCES account (id),
    inviter         UUID    NOT NULL REFERENCES account (id),
    inviter_aik     BYTEA   NOT NULL, -- Ed25519, 32 bytes
    inviter_mac     BYTEA   NOT NULL, -- HMAC-SHA-256 of the inviting device's, 32 bytes
    -- The device that came, and its MAC over the identity key that it brought.
    arrived_at      BIGINT,
    device          UUID    REFERENCES device (id),
    mac             BYTEA,
    confirmed_at    BIGINT,
    confirmed_by    UUID    REFERENCES account (id),
    -- In person: six digits stood on both screens.
    verified_at     BIGINT,
    confirmation    BYTEA, -- HMAC-SHA-256 for the device that came, 32 bytes
    ended_at        BIGINT,
    created_at      BIGINT  NOT NULL,
    CHECK ((arrived_at IS NULL) = (device IS NULL)),
    CHECK (verified_at IS NULL OR confirmation IS NOT NULL)
);
CREATE INDEX intake_by_account ON intake (account, created_at);

-- A caregiver who acts for a client: what the client may, they may, by what is written here.
CREATE TABLE representation (
    id              UUID    NOT NULL PRIMARY KEY,
    client          UUID    NOT NULL REFERENCES person (id),
    caregiver       UUID    NOT NULL REFERENCES person (id),
    basis           TEXT    NOT NULL CHECK (basis IN ('guardian', 'representative')),
    evidence        BYTEA   NOT NULL, -- sealed
    from_at         BIGINT  NOT NULL,
    until_at        BIGINT,
    ended_at        BIGINT,
    recorded_by     UUID    NOT NULL REFERENCES account (id),
    ended_by        UUID    REFERENCES account (id)
);
CREATE INDEX representation_by_people ON representation (client, caregiver);
CREATE INDEX representation_by_caregiver ON representation (caregiver);

-- Who took a consent back, who gave a participant's answer, where it was not the client themselves.
ALTER TABLE consent ADD COLUMN withdrawn_by UUID REFERENCES account (id);
ALTER TABLE participant ADD COLUMN response_by UUID REFERENCES account (id);
