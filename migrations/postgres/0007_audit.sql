-- Who did what, and who saw what. `bytes` is the canonical entry; the other columns repeat parts of it
-- for queries.

CREATE TABLE audit_entry (
    id              UUID   NOT NULL PRIMARY KEY,
    at              BIGINT NOT NULL,
    act             TEXT   NOT NULL,
    outcome         TEXT   NOT NULL CHECK (outcome IN ('done', 'denied')),
    account         UUID,
    client          UUID,
    bytes           BYTEA  NOT NULL
);
CREATE INDEX audit_entry_by_account ON audit_entry (account, at);
CREATE INDEX audit_entry_by_client ON audit_entry (client, at);

-- Values to which an entry commits by SHA-256(salt || value). A row may be deleted; the entry stays
-- true without it.
CREATE TABLE audit_value (
    id              UUID   NOT NULL PRIMARY KEY,
    entry           UUID   NOT NULL REFERENCES audit_entry (id),
    field           TEXT   NOT NULL,
    salt            BYTEA  NOT NULL, -- 32 bytes
    value           BYTEA  NOT NULL  -- sealed
);
CREATE INDEX audit_value_by_entry ON audit_value (entry);
