-- Links, devices, sessions, and the two kinds of one-time secret. Every secret is stored as SHA-256.

CREATE TABLE invitation (
    id              UUID   NOT NULL PRIMARY KEY,
    secret_hash     BYTEA  NOT NULL UNIQUE,
    account         UUID   NOT NULL REFERENCES account (id),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    -- The request and the device that used it: the same ones may ask again and get the same answer.
    used_op         UUID,
    used_device     UUID
);
CREATE INDEX invitation_by_account ON invitation (account);

CREATE TABLE device (
    id              UUID   NOT NULL PRIMARY KEY,
    account         UUID   NOT NULL REFERENCES account (id),
    certificate     BYTEA  NOT NULL, -- Signed(DeviceCert), CBOR
    dsk             BYTEA  NOT NULL, -- the device signing key, Ed25519, 32 bytes
    -- Raised when the device is revoked.
    generation      BIGINT NOT NULL,
    revoked_at      BIGINT,
    -- When the first key packages came: from then on the device can be added to circles.
    packages_at     BIGINT,
    -- The number of the next notice in the device's inbox.
    inbox_next      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX device_by_account ON device (account);

CREATE TABLE session (
    id                  UUID   NOT NULL PRIMARY KEY,
    token_hash          BYTEA  NOT NULL UNIQUE,
    account             UUID   NOT NULL REFERENCES account (id),
    device              UUID   NOT NULL REFERENCES device (id),
    -- Those of the account and the device when the session began.
    session_generation  BIGINT NOT NULL,
    grant_generation    BIGINT NOT NULL,
    device_generation   BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    -- Moves at most once a minute.
    last_seen_at        BIGINT NOT NULL,
    ends_at             BIGINT NOT NULL,
    ended_at            BIGINT
);
CREATE INDEX session_by_account ON session (account);
CREATE INDEX session_by_device ON session (device);

CREATE TABLE ticket (
    secret_hash     BYTEA  NOT NULL PRIMARY KEY,
    session         UUID   NOT NULL REFERENCES session (id),
    expires_at      BIGINT NOT NULL
);
CREATE INDEX ticket_by_end ON ticket (expires_at);

-- The device is not a reference on purpose: an unknown one gets a challenge like any other.
CREATE TABLE challenge (
    secret_hash     BYTEA  NOT NULL PRIMARY KEY,
    device          UUID   NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX challenge_by_end ON challenge (expires_at);
