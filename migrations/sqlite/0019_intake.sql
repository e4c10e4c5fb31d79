-- Invitation at intake: who came by an invitation has no right before somebody who serves them says who they
-- are. And who acts for a client by a right of their own.

-- Since when somebody who serves this person, or the installation, has said that it is them.
ALTER TABLE account ADD COLUMN confirmed_at INTEGER;
UPDATE account SET confirmed_at = created_at;

-- An invitation that a case manager's device made: the server never has the secret of its link, and what the
-- two MACs say only the two devices can check.
CREATE TABLE intake (
    id              BLOB    NOT NULL PRIMARY KEY REFERENCES invitation (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    inviter         BLOB    NOT NULL REFERENCES account (id),
    inviter_aik     BLOB    NOT NULL, -- Ed25519, 32 bytes
    inviter_mac     BLOB    NOT NULL, -- HMAC-SHA-256 of the inviting device's, 32 bytes
    -- The device that came, and its MAC over the identity key that it brought.
    arrived_at      INTEGER,
    device          BLOB    REFERENCES device (id),
    mac             BLOB,
    confirmed_at    INTEGER,
    confirmed_by    BLOB    REFERENCES account (id),
    -- In person: six digits stood on both screens.
    verified_at     INTEGER,
    confirmation    BLOB, -- HMAC-SHA-256 for the device that came, 32 bytes
    ended_at        INTEGER,
    created_at      INTEGER NOT NULL,
    CHECK ((arrived_at IS NULL) = (device IS NULL)),
    CHECK (verified_at IS NULL OR confirmation IS NOT NULL)
) STRICT;
CREATE INDEX intake_by_account ON intake (account, created_at);

-- A caregiver who acts for a client: what the client may, they may, by what is written here.
CREATE TABLE representation (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    caregiver       BLOB    NOT NULL REFERENCES person (id),
    basis           TEXT    NOT NULL CHECK (basis IN ('guardian', 'representative')),
    evidence        BLOB    NOT NULL, -- sealed
    from_at         INTEGER NOT NULL,
    until_at        INTEGER,
    ended_at        INTEGER,
    recorded_by     BLOB    NOT NULL REFERENCES account (id),
    ended_by        BLOB    REFERENCES account (id)
) STRICT;
CREATE INDEX representation_by_people ON representation (client, caregiver);
CREATE INDEX representation_by_caregiver ON representation (caregiver);

-- Who took a consent back, who gave a participant's answer, where it was not the client themselves.
ALTER TABLE consent ADD COLUMN withdrawn_by BLOB REFERENCES account (id);
ALTER TABLE participant ADD COLUMN response_by BLOB REFERENCES account (id);
