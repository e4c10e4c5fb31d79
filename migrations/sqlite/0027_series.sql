-- Series: visits that repeat. Each of them is an appointment of its own; the rule never leaves the server.

CREATE TABLE series (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    organizer       BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community', 'court')),
    visit_type      BLOB    REFERENCES visit_type (id),
    zone            TEXT    NOT NULL,
    minutes         INTEGER NOT NULL CHECK (minutes > 0),
    meeting_link    BLOB, -- sealed
    -- The rule, and the first visit's civil time as it was booked: neither ever changes.
    rule            TEXT    NOT NULL,
    civil_start     TEXT    NOT NULL,
    -- Where its visits now stand: so many days after the rule's, at that minute of the day.
    shift_days      INTEGER NOT NULL,
    at_minute       INTEGER NOT NULL CHECK (at_minute BETWEEN 0 AND 1439),
    -- The last of the rule's days that was looked at: what comes after it is not booked yet.
    booked_until    TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    -- Since when no more of its visits are booked.
    ended_at        INTEGER,
    version         INTEGER NOT NULL
) STRICT;
CREATE INDEX series_to_book ON series (booked_until, id) WHERE ended_at IS NULL;
CREATE INDEX series_by_client ON series (client, organizer) WHERE ended_at IS NULL;

-- Caregivers who take part for as long as consent lets them in.
CREATE TABLE series_caregiver (
    series          BLOB    NOT NULL REFERENCES series (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    PRIMARY KEY (series, person)
) STRICT;

-- Visits of a series that could not be booked, and why.
CREATE TABLE series_gap (
    series          BLOB    NOT NULL REFERENCES series (id),
    -- When it would have begun by the rule, before anything moved.
    occurrence      TEXT    NOT NULL,
    start_at        INTEGER NOT NULL,
    code            TEXT    NOT NULL,
    noted_at        INTEGER NOT NULL,
    PRIMARY KEY (series, occurrence)
) STRICT;

ALTER TABLE appointment ADD COLUMN series BLOB REFERENCES series (id);
-- When it began by the rule, before anything moved: its name in the series for good.
ALTER TABLE appointment ADD COLUMN occurrence TEXT;
CREATE UNIQUE INDEX appointment_in_series ON appointment (series, occurrence) WHERE series IS NOT NULL;

-- A job's name is a check of the table, so it is made anew.
CREATE TABLE job_with_series (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda', 'retention', 're_resolve', 'reconciliation', 'series')),
    -- Whose, of an agenda; the agency's own row says when new ones run.
    account         BLOB    REFERENCES account (id),
    expression      TEXT    NOT NULL,
    -- Since when it may restrict the day of the month and the day of the week: both must match.
    both_days_at    INTEGER,
    misfire         TEXT    NOT NULL CHECK (misfire IN ('run_once', 'skip', 'catch_up')),
    -- So many missed runs are caught up with.
    catch_up        INTEGER NOT NULL CHECK (catch_up BETWEEN 1 AND 24),
    paused_at       INTEGER,
    -- In which the next run was found; the agency's if absent.
    zone            TEXT,
    -- The next run is a row: there is no leader. Absent until the scheduler has found it.
    next_at         INTEGER,
    -- Somebody wants it now.
    asked_at        INTEGER,
    lease           BLOB,
    leased_until    INTEGER,
    started_at      INTEGER,
    ended_at        INTEGER,
    outcome         TEXT    CHECK (outcome IN ('done', 'failed', 'skipped')),
    -- What the last run did, counted.
    did             INTEGER,
    UNIQUE (name, account)
) STRICT;
INSERT INTO job_with_series (id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone,
        next_at, asked_at, lease, leased_until, started_at, ended_at, outcome, did)
    SELECT id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone,
        next_at, asked_at, lease, leased_until, started_at, ended_at, outcome, did FROM job;
DROP TABLE job;
ALTER TABLE job_with_series RENAME TO job;
CREATE INDEX job_due ON job (next_at);
CREATE UNIQUE INDEX job_single ON job (name) WHERE account IS NULL;
INSERT INTO job (id, name, expression, misfire, catch_up) VALUES
    (X'01990000000070008000000000000005', 'series', '30 4 * * *', 'run_once', 1);

-- A task may say that a visit of a series could not be booked. The kinds of a task are a check of the
-- table, so it is made anew.
CREATE TABLE task_with_series (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due', 'clocks_changed',
        'answered_by_mail', 'series_conflict')),
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    device          BLOB    REFERENCES device (id),
    transfer        BLOB    REFERENCES transfer (id),
    created_at      INTEGER NOT NULL,
    done_at         INTEGER,
    series          BLOB    REFERENCES series (id),
    -- When the visit of the series would begin.
    at_time         INTEGER
) STRICT;
INSERT INTO task_with_series (id, account, kind, client, person, appointment, device, transfer, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, device, transfer, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_series RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE UNIQUE INDEX task_open_series ON task (account, series, at_time) WHERE done_at IS NULL AND series IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
