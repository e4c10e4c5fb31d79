-- The feed by which another program shows when a member of staff is busy. Each account has one at most.
CREATE TABLE calendar_feed (
    account         BLOB    NOT NULL PRIMARY KEY REFERENCES account (id),
    -- Another one whenever it is made anew.
    id              BLOB    NOT NULL UNIQUE,
    -- Looked up by its keyed hash. The secret itself is nowhere.
    secret_hash     BLOB    NOT NULL UNIQUE,
    made_at         INTEGER NOT NULL
) STRICT;
