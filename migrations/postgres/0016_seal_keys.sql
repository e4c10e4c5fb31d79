-- The keys under which fields are sealed. The root key, which is not here, only wraps them.

CREATE TABLE seal_key (
    id              UUID    NOT NULL PRIMARY KEY,
    -- By what sealed values name it, 4 bytes.
    key_id          BYTEA   NOT NULL UNIQUE,
    -- Sealed by the root key; gone once it is revoked, and with it whatever was sealed under it.
    wrapped         BYTEA,
    -- One is valid: it seals. Retained ones open what they sealed.
    state           TEXT    NOT NULL CHECK (state IN ('valid', 'retained', 'revoked')),
    created_at      BIGINT  NOT NULL,
    retired_at      BIGINT,
    -- Since when nothing is sealed under an earlier one.
    resealed_at     BIGINT,
    CHECK ((state = 'revoked') = (wrapped IS NULL))
);
CREATE UNIQUE INDEX seal_key_valid ON seal_key (state) WHERE state = 'valid';
