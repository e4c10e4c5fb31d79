-- The feed by which another program shows when a member of staff is busy. Each account has one at most.
CREATE TABLE calendar_feed (
    account         UUID    NOT NULL PRIMARY KEY REFERENCES account (id),
    -- Another one whenever it is made anew.
    id              UUID    NOT NULL UNIQUE,
    -- Looked up by its keyed hash. The secret itself is nowhere.
    secret_hash     BYTEA   NOT NULL UNIQUE,
    made_at         BIGINT  NOT NULL
);
