-- Agency jobs, the scheduler's heartbeat, and what was not sent while it was down.

-- A job's name is a check of the table, so it is made anew.
CREATE TABLE job_of_agency (
    id              UUID    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda', 'retention', 're_resolve', 'reconciliation')),
    -- Whose, of an agenda; the agency's own row says when new ones run.
    account         UUID    REFERENCES account (id),
    expression      TEXT    NOT NULL,
    -- Since when it may restrict the day of the month and the day of the week: both must match.
    both_days_at    BIGINT,
    misfire         TEXT    NOT NULL CHECK (misfire IN ('run_once', 'skip', 'catch_up')),
    -- So many missed runs are caught up with.
    catch_up        BIGINT NOT NULL CHECK (catch_up BETWEEN 1 AND 24),
    paused_at       BIGINT,
    -- In which the next run was found; the agency's if absent.
    zone            TEXT,
    -- The next run is a row: there is no leader. Absent until the scheduler has found it.
    next_at         BIGINT,
    -- Somebody wants it now.
    asked_at        BIGINT,
    lease           BYTEA,
    leased_until    BIGINT,
    started_at      BIGINT,
    ended_at        BIGINT,
    outcome         TEXT    CHECK (outcome IN ('done', 'failed', 'skipped')),
    -- What the last run did, counted.
    did             BIGINT,
    UNIQUE (name, account)
);
INSERT INTO job_of_agency (id, name, account, expression, misfire, catch_up, zone, next_at)
    SELECT id, name, account, expression, 'run_once', 1, zone, next_at FROM job;
DROP TABLE job;
ALTER TABLE job_of_agency RENAME TO job;
CREATE INDEX job_due ON job (next_at);
CREATE UNIQUE INDEX job_single ON job (name) WHERE account IS NULL;
INSERT INTO job (id, name, expression, misfire, catch_up) VALUES
    ('01990000-0000-7000-8000-000000000001', 'agenda', '30 7 * * *', 'run_once', 1),
    ('01990000-0000-7000-8000-000000000002', 'retention', '15 3 * * *', 'run_once', 1),
    ('01990000-0000-7000-8000-000000000003', 're_resolve', '40 3 * * *', 'run_once', 1),
    ('01990000-0000-7000-8000-000000000004', 'reconciliation', '5 4 * * *', 'run_once', 1);

-- When the scheduler was last heard of.
CREATE TABLE heartbeat (
    one             BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    at              BIGINT NOT NULL
);

-- When it was not heard of for too long.
CREATE TABLE outage (
    id              UUID    NOT NULL PRIMARY KEY,
    from_at         BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    CHECK (until_at > from_at)
);
CREATE INDEX outage_by_end ON outage (until_at);

-- Who was called because of it.
CREATE TABLE outage_call (
    outage          UUID    NOT NULL REFERENCES outage (id),
    participant     UUID    NOT NULL REFERENCES participant (id),
    account         UUID    NOT NULL REFERENCES account (id),
    called_at       BIGINT NOT NULL,
    PRIMARY KEY (outage, participant)
);
CREATE INDEX delivery_skipped ON delivery (due_at) WHERE state = 'skipped';

-- A task may say that a change of the clocks' law put an appointment onto another. The kinds of a task
-- are a check of the table, so it is made anew.
CREATE TABLE task_with_clocks (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due', 'clocks_changed')),
    client          UUID    NOT NULL REFERENCES person (id),
    person          UUID    NOT NULL REFERENCES person (id),
    appointment     UUID    REFERENCES appointment (id),
    device          UUID    REFERENCES device (id),
    transfer        UUID    REFERENCES transfer (id),
    created_at      BIGINT NOT NULL,
    done_at         BIGINT
);
INSERT INTO task_with_clocks (id, account, kind, client, person, appointment, device, transfer, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, device, transfer, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_clocks RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
CREATE INDEX appointment_by_tzdb ON appointment (tzdb_version, id) WHERE state IN ('requested', 'held', 'booked');
