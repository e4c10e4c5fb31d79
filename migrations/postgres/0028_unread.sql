-- Mails that say no more than that something waits unread: to people, and to staff a number each morning.

-- Since when a person wants no mail about messages that wait.
ALTER TABLE preference ADD COLUMN unread_mail_off_at BIGINT;

-- How far the log was looked through for messages that nobody fetched: the audit entry that commits to a
-- row is older than those of later rows. Urgent ones are looked for sooner.
CREATE TABLE unread_watch (
    urgency         TEXT    NOT NULL PRIMARY KEY CHECK (urgency IN ('routine', 'urgent')),
    entry           UUID    NOT NULL
);
INSERT INTO unread_watch (urgency, entry)
    SELECT w.urgency, COALESCE((SELECT l.entry FROM circle_log l ORDER BY l.entry DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')
    FROM (SELECT 'routine' AS urgency UNION ALL SELECT 'urgent') AS w;
-- Of urgent rows alone, so that no other message is the slower for it.
CREATE INDEX circle_log_urgent ON circle_log (circle, generation, seq) WHERE urgency <> 'routine';
CREATE INDEX circle_log_urgent_by_entry ON circle_log (entry) WHERE urgency <> 'routine';

-- By which the mails of an account are stopped and wanted again, without signing in. Looked up by its keyed hash.
CREATE TABLE stop_link (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL UNIQUE REFERENCES account (id),
    secret_hash     BYTEA   NOT NULL UNIQUE,
    created_at      BIGINT  NOT NULL
);

-- A mail may be about no appointment and no day. The steps are a check of the table.
-- Whose unread messages it is about.
ALTER TABLE delivery ADD COLUMN account UUID REFERENCES account (id);
-- Of an unread mail: since when it is about an urgent message, and waits for no morning.
ALTER TABLE delivery ADD COLUMN urgent_at BIGINT;
ALTER TABLE delivery DROP CONSTRAINT delivery_step_check;
ALTER TABLE delivery DROP CONSTRAINT delivery_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_step_check
    CHECK (step IN ('invitation', 'three_days', 'one_day', 'one_hour', 'room_open', 'cancellation', 'agenda', 'unread', 'digest'));
ALTER TABLE delivery ADD CONSTRAINT delivery_about_check
    CHECK ((appointment IS NULL) = (step IN ('agenda', 'unread', 'digest')));
ALTER TABLE delivery ADD CONSTRAINT delivery_account_check
    CHECK ((account IS NULL) = (step NOT IN ('unread', 'digest')));
CREATE INDEX delivery_by_account ON delivery (account, id) WHERE account IS NOT NULL;

-- The digest is a job of each worker's, as the agenda is. A job's name is a check of the table, so it is made anew.
CREATE TABLE job_with_digest (
    id              UUID    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda', 'retention', 're_resolve', 'reconciliation', 'series', 'digest')),
    -- Whose, of an agenda or a digest; the agency's own row says when new ones run.
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
INSERT INTO job_with_digest (id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone, next_at,
        asked_at, lease, leased_until, started_at, ended_at, outcome, did)
    SELECT id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone, next_at,
        asked_at, lease, leased_until, started_at, ended_at, outcome, did FROM job;
DROP TABLE job;
ALTER TABLE job_with_digest RENAME TO job;
CREATE INDEX job_due ON job (next_at);
CREATE UNIQUE INDEX job_single ON job (name) WHERE account IS NULL;
INSERT INTO job (id, name, expression, misfire, catch_up) VALUES
    ('01990000-0000-7000-8000-000000000028', 'digest', '0 8 * * 1-5', 'run_once', 1);
