-- Links, devices, sessions, and the two kinds of one-time secret. Every secret is stored as SHA-256.

CREATE TABLE invitation (
    id              BLOB    NOT NULL PRIMARY KEY,
    secret_hash     BLOB    NOT NULL UNIQUE,
    account         BLOB    NOT NULL REFERENCES account (id),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER,
    -- The request and the device that used it: the same ones may ask again and get the same answer.
    used_op         BLOB,
    used_device     BLOB
) STRICT;
CREATE INDEX invitation_by_account ON invitation (account);

CREATE TABLE device (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    certificate     BLOB    NOT NULL, -- Signed(DeviceCert), CBOR
    dsk             BLOB    NOT NULL, -- the device signing key, Ed25519, 32 bytes
    -- Raised when the device is revoked.
    generation      INTEGER NOT NULL,
    revoked_at      INTEGER,
    -- When the first key packages came: from then on the device can be added to circles.
    packages_at     INTEGER,
    -- The number of the next notice in the device's inbox.
    inbox_next      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX device_by_account ON device (account);

CREATE TABLE session (
    id                  BLOB    NOT NULL PRIMARY KEY,
    token_hash          BLOB    NOT NULL UNIQUE,
    account             BLOB    NOT NULL REFERENCES account (id),
    device              BLOB    NOT NULL REFERENCES device (id),
    -- Those of the account and the device when the session began.
    session_generation  INTEGER NOT NULL,
    grant_generation    INTEGER NOT NULL,
    device_generation   INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    -- Moves at most once a minute.
    last_seen_at        INTEGER NOT NULL,
    ends_at             INTEGER NOT NULL,
    ended_at            INTEGER
) STRICT;
CREATE INDEX session_by_account ON session (account);
CREATE INDEX session_by_device ON session (device);

CREATE TABLE ticket (
    secret_hash     BLOB    NOT NULL PRIMARY KEY,
    session         BLOB    NOT NULL REFERENCES session (id),
    expires_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_by_end ON ticket (expires_at);

-- The device is not a reference on purpose: an unknown one gets a challenge like any other.
CREATE TABLE challenge (
    secret_hash     BLOB    NOT NULL PRIMARY KEY,
    device          BLOB    NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX challenge_by_end ON challenge (expires_at);
