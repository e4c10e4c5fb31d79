-- How an appointment ended: a human says so, and what comes next.

ALTER TABLE appointment ADD COLUMN closed_at BIGINT;
ALTER TABLE appointment ADD COLUMN closed_by UUID REFERENCES account (id);
ALTER TABLE appointment ADD COLUMN next_step TEXT CHECK (next_step IN ('none', 'book_again', 'call', 'refer', 'other'));
ALTER TABLE appointment ADD COLUMN note BYTEA; -- sealed
-- When the worker was asked how it went: once.
ALTER TABLE appointment ADD COLUMN outcome_asked_at BIGINT;
CREATE INDEX appointment_unasked ON appointment (end_at)
    WHERE outcome_asked_at IS NULL AND closed_at IS NULL AND state IN ('booked', 'checked_in', 'in_progress');

-- A task may ask how it went. The kinds of a task are a check of the table, so it is made anew.
CREATE TABLE task_with_outcome (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due')),
    client          UUID    NOT NULL REFERENCES person (id),
    person          UUID    NOT NULL REFERENCES person (id),
    appointment     UUID    REFERENCES appointment (id),
    device          UUID    REFERENCES device (id),
    transfer        UUID    REFERENCES transfer (id),
    created_at      BIGINT NOT NULL,
    done_at         BIGINT
);
INSERT INTO task_with_outcome (id, account, kind, client, person, appointment, device, transfer, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, device, transfer, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_outcome RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
