-- The agency with its keys, and the proof that the root key is the right one.

CREATE TABLE agency (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- Holds the table to one row.
    one             INTEGER NOT NULL UNIQUE CHECK (one = 1),
    name            BLOB    NOT NULL, -- sealed
    public_key      BLOB    NOT NULL, -- Ed25519, 32 bytes
    secret_key      BLOB    NOT NULL, -- sealed
    removal_secret  BLOB    NOT NULL, -- sealed
    removal_key     BLOB    NOT NULL, -- Signed(RemovalKey), CBOR
    created_at      INTEGER NOT NULL
) STRICT;

-- One sealed constant. If it does not open at start, the root key is another database's.
CREATE TABLE sentinel (
    id              BLOB    NOT NULL PRIMARY KEY,
    one             INTEGER NOT NULL UNIQUE CHECK (one = 1),
    sealed          BLOB    NOT NULL
) STRICT;
