-- Mails that come back: bounces, answers from calendars, plain answers; and the automatic answer to those.

-- By what an address is found, under a key of its own: whose it is that a mail came from. Absent for one from
-- before, until the server has opened it.
ALTER TABLE address ADD COLUMN value_index BLOB;
CREATE INDEX address_by_value ON address (value_index);

-- When a participant answered, on their own clock: of two answers the later one counts.
ALTER TABLE participant ADD COLUMN said_at INTEGER;

-- A mail that was seen to: a keyed hash of what names it. Given twice, it does nothing more.
CREATE TABLE received_mail (
    mark            BLOB    NOT NULL PRIMARY KEY,
    received_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX received_mail_by_time ON received_mail (received_at);

-- The automatic answer to whoever wrote: one for each person and day, to the address that they have then.
CREATE TABLE answer_mail (
    id              BLOB    NOT NULL PRIMARY KEY,
    person          BLOB    NOT NULL REFERENCES person (id),
    -- On the agency's clocks.
    day             TEXT    NOT NULL,
    due_at          INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           INTEGER NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           INTEGER NOT NULL,
    lease           BLOB,
    leased_until    INTEGER,
    -- What the mail was first written from: sent again, it is the same bytes.
    address         BLOB    REFERENCES address (id),
    language        TEXT,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    UNIQUE (person, day)
) STRICT;
CREATE INDEX answer_mail_planned ON answer_mail (due_at) WHERE state = 'planned';
CREATE INDEX answer_mail_leased ON answer_mail (leased_until) WHERE state = 'leased';

-- A task may say that somebody answered by mail. The kinds of a task are a check of the table, so it is made anew.
CREATE TABLE task_with_answers (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due', 'clocks_changed',
        'answered_by_mail')),
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    device          BLOB    REFERENCES device (id),
    transfer        BLOB    REFERENCES transfer (id),
    created_at      INTEGER NOT NULL,
    done_at         INTEGER
) STRICT;
INSERT INTO task_with_answers (id, account, kind, client, person, appointment, device, transfer, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, device, transfer, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_answers RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
