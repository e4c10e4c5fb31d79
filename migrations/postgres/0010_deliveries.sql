-- Planned mails, the links in them, what a case manager is asked to see to, and agency jobs.

-- A link in a mail: one for each participant and sequence. Looked up by its keyed hash.
CREATE TABLE link (
    id              UUID    NOT NULL PRIMARY KEY,
    secret_hash     BYTEA   NOT NULL UNIQUE,
    secret          BYTEA   NOT NULL, -- sealed: the same mail can be written again
    appointment     UUID    NOT NULL REFERENCES appointment (id),
    participant     UUID    NOT NULL REFERENCES participant (id),
    ics_sequence    BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    UNIQUE (participant, ics_sequence)
);

-- The due-index: one row for each mail that somebody should get.
CREATE TABLE delivery (
    id              UUID    NOT NULL PRIMARY KEY,
    -- What makes it this mail and no other.
    dedupe          BYTEA   NOT NULL UNIQUE,
    person          UUID    NOT NULL REFERENCES person (id),
    appointment     UUID    REFERENCES appointment (id),
    participant     UUID    REFERENCES participant (id),
    ics_sequence    BIGINT NOT NULL,
    -- For an agenda: its day.
    day             TEXT,
    step            TEXT    NOT NULL CHECK (step IN ('invitation', 'three_days', 'one_day', 'one_hour', 'room_open', 'cancellation', 'agenda')),
    channel         TEXT    NOT NULL CHECK (channel IN ('email')),
    due_at          BIGINT NOT NULL,
    not_after       BIGINT NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'skipped', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           BIGINT NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           BIGINT NOT NULL,
    lease           BYTEA,
    leased_until    BIGINT,
    -- What the mail was first written from: sent again, it is the same bytes.
    written_at      BIGINT,
    address         UUID    REFERENCES address (id),
    language        TEXT,
    zone            TEXT,
    disclosure      TEXT,
    calendar_file_off_at BIGINT,
    created_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    CHECK ((appointment IS NULL) = (step = 'agenda'))
);
CREATE INDEX delivery_planned ON delivery (due_at) WHERE state = 'planned';
CREATE INDEX delivery_leased ON delivery (leased_until) WHERE state = 'leased';
CREATE INDEX delivery_by_appointment ON delivery (appointment);

CREATE TABLE delivery_attempt (
    delivery        UUID    NOT NULL REFERENCES delivery (id),
    n               BIGINT NOT NULL,
    began_at        BIGINT NOT NULL,
    ended_at        BIGINT,
    outcome         TEXT    CHECK (outcome IN ('accepted', 'deferred', 'rejected', 'unknown')),
    -- The mail server's reply.
    code            BIGINT,
    PRIMARY KEY (delivery, n)
);

CREATE TABLE task (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email')),
    client          UUID    NOT NULL REFERENCES person (id),
    person          UUID    NOT NULL REFERENCES person (id),
    appointment     UUID    REFERENCES appointment (id),
    created_at      BIGINT NOT NULL,
    done_at         BIGINT 
);
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;

-- An agency job's next run is a row: there is no leader.
CREATE TABLE job (
    id              UUID    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (name IN ('agenda')),
    account         UUID    REFERENCES account (id),
    expression      TEXT    NOT NULL,
    zone            TEXT    NOT NULL,
    next_at         BIGINT NOT NULL,
    UNIQUE (name, account)
);
CREATE INDEX job_due ON job (next_at);
