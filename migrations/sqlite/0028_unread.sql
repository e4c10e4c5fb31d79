-- Mails that say no more than that something waits unread: to people, and to staff a number each morning.

-- Since when a person wants no mail about messages that wait.
ALTER TABLE preference ADD COLUMN unread_mail_off_at INTEGER;

-- How far the log was looked through for messages that nobody fetched: the audit entry that commits to a
-- row is older than those of later rows. Urgent ones are looked for sooner.
CREATE TABLE unread_watch (
    urgency         TEXT    NOT NULL PRIMARY KEY CHECK (urgency IN ('routine', 'urgent')),
    entry           BLOB    NOT NULL
) STRICT;
INSERT INTO unread_watch (urgency, entry)
    SELECT w.urgency, COALESCE((SELECT l.entry FROM circle_log l ORDER BY l.entry DESC LIMIT 1), X'00000000000000000000000000000000')
    FROM (SELECT 'routine' AS urgency UNION ALL SELECT 'urgent') AS w;
-- Of urgent rows alone, so that no other message is the slower for it.
CREATE INDEX circle_log_urgent ON circle_log (circle, generation, seq) WHERE urgency <> 'routine';
CREATE INDEX circle_log_urgent_by_entry ON circle_log (entry) WHERE urgency <> 'routine';

-- By which the mails of an account are stopped and wanted again, without signing in. Looked up by its keyed hash.
CREATE TABLE stop_link (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL UNIQUE REFERENCES account (id),
    secret_hash     BLOB    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL
) STRICT;

-- A mail may be about no appointment and no day. The steps are a check of the table, so it is made anew,
-- and with it what refers to it.
CREATE TABLE delivery_with_unread (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- What makes it this mail and no other.
    dedupe          BLOB    NOT NULL UNIQUE,
    person          BLOB    NOT NULL REFERENCES person (id),
    -- Whose unread messages it is about.
    account         BLOB    REFERENCES account (id),
    appointment     BLOB    REFERENCES appointment (id),
    participant     BLOB    REFERENCES participant (id),
    ics_sequence    INTEGER NOT NULL,
    -- For an agenda and a digest: its day.
    day             TEXT,
    step            TEXT    NOT NULL CHECK (step IN ('invitation', 'three_days', 'one_day', 'one_hour', 'room_open', 'cancellation', 'agenda', 'unread', 'digest')),
    channel         TEXT    NOT NULL CHECK (channel IN ('email')),
    due_at          INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    -- Of an unread mail: since when it is about an urgent message, and waits for no morning.
    urgent_at       INTEGER,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'skipped', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           INTEGER NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           INTEGER NOT NULL,
    lease           BLOB,
    leased_until    INTEGER,
    -- What the mail was first written from: sent again, it is the same bytes.
    written_at      INTEGER,
    address         BLOB    REFERENCES address (id),
    language        TEXT,
    zone            TEXT,
    disclosure      TEXT,
    calendar_file_off_at INTEGER,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    CHECK ((appointment IS NULL) = (step IN ('agenda', 'unread', 'digest'))),
    CHECK ((account IS NULL) = (step NOT IN ('unread', 'digest')))
) STRICT;
INSERT INTO delivery_with_unread (id, dedupe, person, appointment, participant, ics_sequence, day, step, channel, due_at,
        not_after, state, reason, tries, began, lease, leased_until, written_at, address, language, zone, disclosure,
        calendar_file_off_at, created_at, settled_at)
    SELECT id, dedupe, person, appointment, participant, ics_sequence, day, step, channel, due_at,
        not_after, state, reason, tries, began, lease, leased_until, written_at, address, language, zone, disclosure,
        calendar_file_off_at, created_at, settled_at FROM delivery;
CREATE TABLE delivery_attempt_kept (
    delivery        BLOB    NOT NULL REFERENCES delivery_with_unread (id),
    n               INTEGER NOT NULL,
    began_at        INTEGER NOT NULL,
    ended_at        INTEGER,
    outcome         TEXT    CHECK (outcome IN ('accepted', 'deferred', 'rejected', 'unknown')),
    -- The mail server's reply.
    code            INTEGER,
    PRIMARY KEY (delivery, n)
) STRICT;
INSERT INTO delivery_attempt_kept (delivery, n, began_at, ended_at, outcome, code)
    SELECT delivery, n, began_at, ended_at, outcome, code FROM delivery_attempt;
DROP TABLE delivery_attempt;
DROP TABLE delivery;
ALTER TABLE delivery_with_unread RENAME TO delivery;
ALTER TABLE delivery_attempt_kept RENAME TO delivery_attempt;
CREATE INDEX delivery_planned ON delivery (due_at) WHERE state = 'planned';
CREATE INDEX delivery_leased ON delivery (leased_until) WHERE state = 'leased';
CREATE INDEX delivery_skipped ON delivery (due_at) WHERE state = 'skipped';
CREATE INDEX delivery_by_appointment ON delivery (appointment);
CREATE INDEX delivery_by_account ON delivery (account, id) WHERE account IS NOT NULL;

-- The digest is a job of each worker's, as the agenda is. A job's name is a check of the table, so it is made anew.
CREATE TABLE job_with_digest (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda', 'retention', 're_resolve', 'reconciliation', 'series', 'digest')),
    -- Whose, of an agenda or a digest; the agency's own row says when new ones run.
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
INSERT INTO job_with_digest (id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone, next_at,
        asked_at, lease, leased_until, started_at, ended_at, outcome, did)
    SELECT id, name, account, expression, both_days_at, misfire, catch_up, paused_at, zone, next_at,
        asked_at, lease, leased_until, started_at, ended_at, outcome, did FROM job;
DROP TABLE job;
ALTER TABLE job_with_digest RENAME TO job;
CREATE INDEX job_due ON job (next_at);
CREATE UNIQUE INDEX job_single ON job (name) WHERE account IS NULL;
INSERT INTO job (id, name, expression, misfire, catch_up) VALUES
    (X'01990000000070008000000000000028', 'digest', '0 8 * * 1-5', 'run_once', 1);
