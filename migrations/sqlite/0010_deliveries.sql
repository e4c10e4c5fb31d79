-- Planned mails, the links in them, what a case manager is asked to see to, and agency jobs.

-- A link in a mail: one for each participant and sequence. Looked up by its keyed hash.
CREATE TABLE link (
    id              BLOB    NOT NULL PRIMARY KEY,
    secret_hash     BLOB    NOT NULL UNIQUE,
    secret          BLOB    NOT NULL, -- sealed: the same mail can be written again
    appointment     BLOB    NOT NULL REFERENCES appointment (id),
    participant     BLOB    NOT NULL REFERENCES participant (id),
    ics_sequence    INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (participant, ics_sequence)
) STRICT;

-- The due-index: one row for each mail that somebody should get.
CREATE TABLE delivery (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- What makes it this mail and no other.
    dedupe          BLOB    NOT NULL UNIQUE,
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    participant     BLOB    REFERENCES participant (id),
    ics_sequence    INTEGER NOT NULL,
    -- For an agenda: its day.
    day             TEXT,
    step            TEXT    NOT NULL CHECK (step IN ('invitation', 'three_days', 'one_day', 'one_hour', 'room_open', 'cancellation', 'agenda')),
    channel         TEXT    NOT NULL CHECK (channel IN ('email')),
    due_at          INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
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
    CHECK ((appointment IS NULL) = (step = 'agenda'))
) STRICT;
CREATE INDEX delivery_planned ON delivery (due_at) WHERE state = 'planned';
CREATE INDEX delivery_leased ON delivery (leased_until) WHERE state = 'leased';
CREATE INDEX delivery_by_appointment ON delivery (appointment);

CREATE TABLE delivery_attempt (
    delivery        BLOB    NOT NULL REFERENCES delivery (id),
    n               INTEGER NOT NULL,
    began_at        INTEGER NOT NULL,
    ended_at        INTEGER,
    outcome         TEXT    CHECK (outcome IN ('accepted', 'deferred', 'rejected', 'unknown')),
    -- The mail server's reply.
    code            INTEGER,
    PRIMARY KEY (delivery, n)
) STRICT;

CREATE TABLE task (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email')),
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    created_at      INTEGER NOT NULL,
    done_at         INTEGER
) STRICT;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;

-- An agency job's next run is a row: there is no leader.
CREATE TABLE job (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda')),
    account         BLOB    REFERENCES account (id),
    expression      TEXT    NOT NULL,
    zone            TEXT    NOT NULL,
    next_at         INTEGER NOT NULL,
    UNIQUE (name, account)
) STRICT;
CREATE INDEX job_due ON job (next_at);
