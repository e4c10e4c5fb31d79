-- The agency with its keys, and the proof that the root key is the right one.

CREATE TABLE agency (
    id              UUID   NOT NULL PRIMARY KEY,
    -- Holds the table to one row.
    one             BIGINT NOT NULL UNIQUE CHECK (one = 1),
    name            BYTEA  NOT NULL, -- sealed
    public_key      BYTEA  NOT NULL, -- Ed25519, 32 bytes
    secret_key      BYTEA  NOT NULL, -- sealed
    removal_secret  BYTEA  NOT NULL, -- sealed
    removal_key     BYTEA  NOT NULL, -- Signed(RemovalKey), CBOR
    created_at      BIGINT NOT NULL
);

-- One sealed constant. If it does not open at start, the root key is another database's.
CREATE TABLE sentinel (
    id              UUID   NOT NULL PRIMARY KEY,
    one             BIGINT NOT NULL UNIQUE CHECK (one = 1),
    sealed          BYTEA  NOT NULL
);
