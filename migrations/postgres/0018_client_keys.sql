-- Each client's own key, under which is sealed what is about them: destroyed, none of it opens any more.

CREATE TABLE client_key (
    id              UUID    NOT NULL PRIMARY KEY,
    -- No reference: the key is made before the person whose name it seals.
    client          UUID    NOT NULL,
    -- By what sealed values name it: suite and key id, 5 bytes.
    key_id          BYTEA   NOT NULL UNIQUE,
    wrapped         BYTEA,  -- sealed; gone once the client is erased
    -- One of a client's seals; retained ones open what they sealed. An erased client's are all erased.
    state           TEXT    NOT NULL CHECK (state IN ('valid', 'retained', 'erased')),
    created_at      BIGINT  NOT NULL,
    retired_at      BIGINT,
    erased_at       BIGINT,
    CHECK ((state = 'erased') = (wrapped IS NULL))
);
CREATE UNIQUE INDEX client_key_valid ON client_key (client) WHERE state = 'valid';
CREATE INDEX client_key_by_client ON client_key (client);
CREATE INDEX client_key_retained ON client_key (retired_at) WHERE state = 'retained';
CREATE INDEX address_by_person ON address (person);

-- How often keys of clients were destroyed: a process that has some in memory looks before it uses one.
ALTER TABLE sentinel ADD COLUMN erasures BIGINT NOT NULL DEFAULT 0;

-- Of a rotation that also gives every client a new key: since when.
ALTER TABLE seal_key ADD COLUMN clients_at BIGINT;

-- Keys under which hashes are looked up. They outlive the root key from which the first were derived: links
-- that were mailed go on working.
CREATE TABLE lookup_key (
    id              UUID    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    secret          BYTEA   NOT NULL  -- sealed
);

-- Removal keys of before: where a circle still lists one, its removals are proposed with that.
CREATE TABLE removal_key (
    id              UUID    NOT NULL PRIMARY KEY,
    certificate     BYTEA   NOT NULL UNIQUE, -- Signed(RemovalKey), CBOR
    secret          BYTEA   NOT NULL, -- sealed
    retired_at      BIGINT  NOT NULL
);
