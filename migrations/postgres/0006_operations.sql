-- The answers of requests that must be done once. The account is all zero for the installation.

CREATE TABLE operation (
    account         UUID   NOT NULL,
    op_id           UUID   NOT NULL,
    act             TEXT   NOT NULL,
    object          UUID   NOT NULL,
    epoch           BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    done_at         BIGINT NOT NULL,
    PRIMARY KEY (account, op_id)
);
CREATE INDEX operation_by_time ON operation (done_at);
