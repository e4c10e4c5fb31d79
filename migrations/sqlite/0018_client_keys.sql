-- Each client's own key, under which is sealed what is about them: destroyed, none of it opens any more.

CREATE TABLE client_key (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- No reference: the key is made before the person whose name it seals.
    client          BLOB    NOT NULL,
    -- By what sealed values name it: suite and key id, 5 bytes.
    key_id          BLOB    NOT NULL UNIQUE,
    wrapped         BLOB,   -- sealed; gone once the client is erased
    -- One of a client's seals; retained ones open what they sealed. An erased client's are all erased.
    state           TEXT    NOT NULL CHECK (state IN ('valid', 'retained', 'erased')),
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER,
    erased_at       INTEGER,
    CHECK ((state = 'erased') = (wrapped IS NULL))
) STRICT;
CREATE UNIQUE INDEX client_key_valid ON client_key (client) WHERE state = 'valid';
CREATE INDEX client_key_by_client ON client_key (client);
CREATE INDEX client_key_retained ON client_key (retired_at) WHERE state = 'retained';
CREATE INDEX address_by_person ON address (person);

-- How often keys of clients were destroyed: a process that has some in memory looks before it uses one.
ALTER TABLE sentinel ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0;

-- Of a rotation that also gives every client a new key: since when.
ALTER TABLE seal_key ADD COLUMN clients_at INTEGER;

-- Keys under which hashes are looked up. They outlive the root key from which the first were derived: links
-- that were mailed go on working.
CREATE TABLE lookup_key (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    secret          BLOB    NOT NULL  -- sealed
) STRICT;

-- Removal keys of before: where a circle still lists one, its removals are proposed with that.
CREATE TABLE removal_key (
    id              BLOB    NOT NULL PRIMARY KEY,
    certificate     BLOB    NOT NULL UNIQUE, -- Signed(RemovalKey), CBOR
    secret          BLOB    NOT NULL, -- sealed
    retired_at      INTEGER NOT NULL
) STRICT;
