-- Removals that wait for their commit, a person's further devices, the vault, recovery, trouble.

-- A device that must leave a circle's group. While a row stands, the circle takes no application message.
CREATE TABLE pending_removal (
    circle          UUID    NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    device          UUID    NOT NULL REFERENCES device (id),
    account         UUID    NOT NULL REFERENCES account (id),
    reason          TEXT    NOT NULL CHECK (reason IN ('consent', 'device', 'left')),
    since           BIGINT NOT NULL,
    PRIMARY KEY (circle, device)
);

-- How long removals took, from the end of the right to the new epoch.
CREATE TABLE removal (
    id              UUID    NOT NULL PRIMARY KEY,
    circle          UUID    NOT NULL REFERENCES circle (id),
    device          UUID    NOT NULL REFERENCES device (id),
    reason          TEXT    NOT NULL CHECK (reason IN ('consent', 'device', 'left')),
    since           BIGINT NOT NULL,
    committed_at    BIGINT NOT NULL,
    committed_by    UUID    NOT NULL REFERENCES device (id)
);
CREATE INDEX removal_by_circle ON removal (circle);

-- From where in the log an account may read history: where it came in, in the generation it came in.
ALTER TABLE circle_member ADD COLUMN since_generation BIGINT;
ALTER TABLE circle_member ADD COLUMN since_seq BIGINT;
UPDATE circle_member
    SET since_generation = 0,
        since_seq = COALESCE((SELECT MIN(cd.added_seq) FROM circle_device cd
            WHERE cd.circle = circle_member.circle AND cd.account = circle_member.account), 0)
    WHERE state = 'confirmed';

-- A device that was revoked: why.
ALTER TABLE device ADD COLUMN revoked_for TEXT CHECK (revoked_for IN ('signed_out', 'stolen', 'new_keys', 'idle'));

-- A second device on its way in: the first one's link, the new one's offer, the answer.
CREATE TABLE enrolment (
    id              UUID    NOT NULL PRIMARY KEY,
    lookup_hash     BYTEA    NOT NULL UNIQUE,
    account         UUID    NOT NULL REFERENCES account (id),
    begun_by        UUID    NOT NULL REFERENCES device (id),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    lookup          BYTEA    NOT NULL, -- sealed
    device          UUID,
    dsk             BYTEA,
    seal_key        BYTEA,
    mac             BYTEA,
    certificate     BYTEA,
    sealed          BYTEA,
    -- Declined, collected, or replaced by a later one.
    ended_at        BIGINT
);
CREATE INDEX enrolment_by_account ON enrolment (account);

CREATE TABLE vault (
    account         UUID    NOT NULL PRIMARY KEY REFERENCES account (id),
    version         BIGINT NOT NULL,
    sealed          BYTEA    NOT NULL, -- by the account's own devices: the server cannot open it
    changed_at      BIGINT NOT NULL
);

CREATE TABLE vault_wrap (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('recovery_code', 'device')),
    device          UUID    REFERENCES device (id),
    -- SHA-256 of the locator that the recovery code yields.
    locator_hash    BYTEA    UNIQUE,
    sealed          BYTEA    NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX vault_wrap_by_account ON vault_wrap (account);

-- Who could not process which commit.
CREATE TABLE distress (
    circle          UUID    NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    device          UUID    NOT NULL REFERENCES device (id),
    account         UUID    NOT NULL REFERENCES account (id),
    noted_at        BIGINT NOT NULL,
    PRIMARY KEY (circle, generation, seq, device)
);
