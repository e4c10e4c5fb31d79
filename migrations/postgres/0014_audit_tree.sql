-- The tree over the audit entries (RFC 6962): which entry is which leaf, the inner hashes from which
-- proofs are made, and what was signed.

CREATE TABLE audit_tree (
    id              UUID   NOT NULL PRIMARY KEY,
    -- Holds the table to one row.
    one             BIGINT NOT NULL UNIQUE CHECK (one = 1),
    -- The log's name in its checkpoints.
    origin          TEXT   NOT NULL,
    public_key      BYTEA  NOT NULL, -- Ed25519, 32 bytes
    secret_key      BYTEA  NOT NULL, -- sealed
    -- Leaves so far: the index that the next one gets.
    size            BIGINT NOT NULL,
    -- Which process gives indexes out, and until when no other may (PostgreSQL).
    sequencer       UUID,
    leased_until    BIGINT NOT NULL
);

-- The hash stands apart from the entry, so that a changed entry can be named.
CREATE TABLE audit_leaf (
    leaf            BIGINT NOT NULL PRIMARY KEY,
    entry           UUID   NOT NULL UNIQUE,
    hash            BYTEA  NOT NULL -- SHA-256(0x00 || bytes of the entry)
);

-- Roots of whole subtrees of 256 leaves and more; what is below is computed from the leaves.
CREATE TABLE audit_node (
    level           BIGINT NOT NULL CHECK (level >= 8),
    place           BIGINT NOT NULL,
    hash            BYTEA  NOT NULL,
    PRIMARY KEY (level, place)
);

-- Entries that have no leaf yet: on PostgreSQL for less than a second, on SQLite never.
CREATE TABLE audit_pending (
    entry           UUID   NOT NULL PRIMARY KEY
);
INSERT INTO audit_pending (entry) SELECT id FROM audit_entry;

CREATE TABLE audit_checkpoint (
    size            BIGINT NOT NULL PRIMARY KEY,
    root            BYTEA  NOT NULL,
    note            TEXT   NOT NULL, -- C2SP signed note
    at              BIGINT NOT NULL
);

CREATE INDEX audit_entry_by_at ON audit_entry (at);

-- A leaf's index is given by one sequencer: giving it inside each transaction would make all writers
-- wait for one another. Whoever inserts an entry, by whatever statement, leaves it here.
CREATE FUNCTION audit_entry_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (entry) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_waits AFTER INSERT ON audit_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_waits();
