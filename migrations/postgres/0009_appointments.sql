-- Appointments, who takes part, and the one table that makes double booking impossible.

-- What can be busy. A row is locked by whoever books it.
CREATE TABLE resource (
    id              UUID    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('staff')),
    account         UUID    UNIQUE REFERENCES account (id),
    -- In which its hours are told.
    zone            TEXT    NOT NULL,
    version         BIGINT NOT NULL
);

-- When a resource can be booked: minutes of the local day, half-open. A date's rows replace the weekly
-- ones of that day; one with from_minute = until_minute closes it.
CREATE TABLE availability (
    id              UUID    NOT NULL PRIMARY KEY,
    resource        UUID    NOT NULL REFERENCES resource (id),
    weekday         BIGINT  CHECK (weekday BETWEEN 1 AND 7), -- Monday is 1
    date            TEXT,
    from_minute     BIGINT NOT NULL CHECK (from_minute BETWEEN 0 AND 1440),
    until_minute    BIGINT NOT NULL CHECK (until_minute BETWEEN from_minute AND 1440),
    CHECK ((weekday IS NULL) <> (date IS NULL))
);
CREATE INDEX availability_by_resource ON availability (resource);

CREATE TABLE appointment (
    id              UUID    NOT NULL PRIMARY KEY,
    client          UUID    NOT NULL REFERENCES person (id),
    organizer       UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community')),
    state           TEXT    NOT NULL CHECK (state IN ('requested', 'held', 'booked', 'checked_in', 'in_progress', 'completed', 'no_show', 'cancelled')),
    -- The truth of a future appointment: civil time, zone, minutes.
    civil_start     TEXT    NOT NULL,
    zone            TEXT    NOT NULL,
    minutes         BIGINT NOT NULL CHECK (minutes > 0),
    -- The same in UTC, by the zone database of that version.
    start_at        BIGINT NOT NULL,
    end_at          BIGINT NOT NULL,
    tzdb_version    TEXT    NOT NULL,
    ics_uid         TEXT    NOT NULL UNIQUE,
    ics_sequence    BIGINT NOT NULL,
    -- When this sequence came to be, and whether it moved an earlier one.
    told_at         BIGINT NOT NULL,
    moved_at        BIGINT,
    meeting_link    BYTEA, -- sealed
    created_at      BIGINT NOT NULL,
    cancelled_at    BIGINT,
    cancelled_by    UUID    REFERENCES person (id),
    cancel_reason   TEXT    CHECK (cancel_reason IN ('client', 'agency', 'mistake', 'other')),
    -- From when participants are told of the cancellation.
    cancel_notice_at BIGINT,
    version         BIGINT NOT NULL,
    CHECK (end_at > start_at)
);
CREATE INDEX appointment_by_client ON appointment (client, start_at);

CREATE TABLE participant (
    id              UUID    NOT NULL PRIMARY KEY,
    appointment     UUID    NOT NULL REFERENCES appointment (id),
    person          UUID    NOT NULL REFERENCES person (id),
    account         UUID    NOT NULL REFERENCES account (id),
    role            TEXT    NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    response        TEXT    NOT NULL CHECK (response IN ('needs_action', 'accepted', 'declined', 'tentative')),
    response_at     BIGINT,
    asked_at        BIGINT,
    left_at         BIGINT,
    UNIQUE (appointment, person)
);
CREATE INDEX participant_by_person ON participant (person, appointment);

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- No two claims of one resource overlap: half-open, buffers included. Holds will be claims too.
CREATE TABLE claim (
    id              UUID    NOT NULL PRIMARY KEY,
    resource        UUID    NOT NULL REFERENCES resource (id),
    appointment     UUID    REFERENCES appointment (id),
    hold            UUID,
    start_at        BIGINT NOT NULL,
    end_at          BIGINT NOT NULL,
    CHECK (end_at > start_at),
    CHECK ((appointment IS NULL) <> (hold IS NULL)),
    CONSTRAINT claim_overlap EXCLUDE USING gist (resource WITH =, int8range(start_at, end_at) WITH &&)
);
CREATE INDEX claim_by_time ON claim (resource, start_at);
CREATE INDEX claim_by_appointment ON claim (appointment);
