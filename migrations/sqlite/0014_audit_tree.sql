-- The tree over the audit entries (RFC 6962): which entry is which leaf, the inner hashes from which
-- proofs are made, and what was signed.

CREATE TABLE audit_tree (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- Holds the table to one row.
    one             INTEGER NOT NULL UNIQUE CHECK (one = 1),
    -- The log's name in its checkpoints.
    origin          TEXT    NOT NULL,
    public_key      BLOB    NOT NULL, -- Ed25519, 32 bytes
    secret_key      BLOB    NOT NULL, -- sealed
    -- Leaves so far: the index that the next one gets.
    size            INTEGER NOT NULL,
    -- Which process gives indexes out, and until when no other may (PostgreSQL).
    sequencer       BLOB,
    leased_until    INTEGER NOT NULL
) STRICT;

-- The hash stands apart from the entry, so that a changed entry can be named.
CREATE TABLE audit_leaf (
    leaf            INTEGER NOT NULL PRIMARY KEY,
    entry           BLOB    NOT NULL UNIQUE,
    hash            BLOB    NOT NULL -- SHA-256(0x00 || bytes of the entry)
) STRICT;

-- Roots of whole subtrees of 256 leaves and more; what is below is computed from the leaves.
CREATE TABLE audit_node (
    level           INTEGER NOT NULL CHECK (level >= 8),
    place           INTEGER NOT NULL,
    hash            BLOB    NOT NULL,
    PRIMARY KEY (level, place)
) STRICT;

-- Entries that have no leaf yet: on PostgreSQL for less than a second, on SQLite never.
CREATE TABLE audit_pending (
    entry           BLOB    NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO audit_pending (entry) SELECT id FROM audit_entry;

CREATE TABLE audit_checkpoint (
    size            INTEGER NOT NULL PRIMARY KEY,
    root            BLOB    NOT NULL,
    note            TEXT    NOT NULL, -- C2SP signed note
    at              INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_entry_by_at ON audit_entry (at);
