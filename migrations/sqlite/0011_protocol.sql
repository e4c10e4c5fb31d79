-- Removals that wait for their commit, a person's further devices, the vault, recovery, trouble.

-- A device that must leave a circle's group. While a row stands, the circle takes no application message.
CREATE TABLE pending_removal (
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    device          BLOB    NOT NULL REFERENCES device (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    reason          TEXT    NOT NULL CHECK (reason IN ('consent', 'device', 'left')),
    since           INTEGER NOT NULL,
    PRIMARY KEY (circle, device)
) STRICT;

-- How long removals took, from the end of the right to the new epoch.
CREATE TABLE removal (
    id              BLOB    NOT NULL PRIMARY KEY,
    circle          BLOB    NOT NULL REFERENCES circle (id),
    device          BLOB    NOT NULL REFERENCES device (id),
    reason          TEXT    NOT NULL CHECK (reason IN ('consent', 'device', 'left')),
    since           INTEGER NOT NULL,
    committed_at    INTEGER NOT NULL,
    committed_by    BLOB    NOT NULL REFERENCES device (id)
) STRICT;
CREATE INDEX removal_by_circle ON removal (circle);

-- From where in the log an account may read history: where it came in, in the generation it came in.
ALTER TABLE circle_member ADD COLUMN since_generation INTEGER;
ALTER TABLE circle_member ADD COLUMN since_seq INTEGER;
UPDATE circle_member
    SET since_generation = 0,
        since_seq = COALESCE((SELECT MIN(cd.added_seq) FROM circle_device cd
            WHERE cd.circle = circle_member.circle AND cd.account = circle_member.account), 0)
    WHERE state = 'confirmed';

-- A device that was revoked: why.
ALTER TABLE device ADD COLUMN revoked_for TEXT CHECK (revoked_for IN ('signed_out', 'stolen', 'new_keys', 'idle'));

-- A second device on its way in: the first one's link, the new one's offer, the answer.
CREATE TABLE enrolment (
    id              BLOB    NOT NULL PRIMARY KEY,
    lookup_hash     BLOB    NOT NULL UNIQUE,
    account         BLOB    NOT NULL REFERENCES account (id),
    begun_by        BLOB    NOT NULL REFERENCES device (id),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    lookup          BLOB    NOT NULL, -- sealed
    device          BLOB,
    dsk             BLOB,
    seal_key        BLOB,
    mac             BLOB,
    certificate     BLOB,
    sealed          BLOB,
    -- Declined, collected, or replaced by a later one.
    ended_at        INTEGER
) STRICT;
CREATE INDEX enrolment_by_account ON enrolment (account);

CREATE TABLE vault (
    account         BLOB    NOT NULL PRIMARY KEY REFERENCES account (id),
    version         INTEGER NOT NULL,
    sealed          BLOB    NOT NULL, -- by the account's own devices: the server cannot open it
    changed_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE vault_wrap (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('recovery_code', 'device')),
    device          BLOB    REFERENCES device (id),
    -- SHA-256 of the locator that the recovery code yields.
    locator_hash    BLOB    UNIQUE,
    sealed          BLOB    NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX vault_wrap_by_account ON vault_wrap (account);

-- Who could not process which commit.
CREATE TABLE distress (
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    device          BLOB    NOT NULL REFERENCES device (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    noted_at        INTEGER NOT NULL,
    PRIMARY KEY (circle, generation, seq, device)
) STRICT;
