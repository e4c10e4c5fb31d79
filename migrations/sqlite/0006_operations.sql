-- The answers of requests that must be done once. The account is all zero for the installation.

CREATE TABLE operation (
    account         BLOB    NOT NULL,
    op_id           BLOB    NOT NULL,
    act             TEXT    NOT NULL,
    object          BLOB    NOT NULL,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    done_at         INTEGER NOT NULL,
    PRIMARY KEY (account, op_id)
) STRICT;
CREATE INDEX operation_by_time ON operation (done_at);
