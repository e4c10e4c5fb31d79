-- Passwords, the names that go with them, and codes as a second factor.

-- When the account's password was last shown in the session: for a while after it a code proves the rest.
ALTER TABLE session ADD COLUMN password_at INTEGER;

-- The name by which a person signs in. It comes and goes with their password.
CREATE TABLE login (
    -- The password: an authenticator.
    id              BLOB    NOT NULL PRIMARY KEY REFERENCES authenticator (id),
    name            BLOB    NOT NULL, -- sealed
    -- Its blind index: HMAC-SHA-256, 16 bytes.
    name_index      BLOB    NOT NULL UNIQUE
) STRICT;

-- The server's own keys of OPAQUE (RFC 9807, section 4): without them no password signs in any more.
CREATE TABLE opaque (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- Holds the table to one row.
    one             INTEGER NOT NULL UNIQUE CHECK (one = 1),
    setup           BLOB    NOT NULL -- sealed: OPRF seed, private key, the public key of nobody
) STRICT;
