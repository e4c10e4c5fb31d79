-- Appointments, who takes part, and the one table that makes double booking impossible.

-- What can be busy. A row is locked by whoever books it.
CREATE TABLE resource (
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('staff')),
    account         BLOB    UNIQUE REFERENCES account (id),
    -- In which its hours are told.
    zone            TEXT    NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

-- When a resource can be booked: minutes of the local day, half-open. A date's rows replace the weekly
-- ones of that day; one with from_minute = until_minute closes it.
CREATE TABLE availability (
    id              BLOB    NOT NULL PRIMARY KEY,
    resource        BLOB    NOT NULL REFERENCES resource (id),
    weekday         INTEGER CHECK (weekday BETWEEN 1 AND 7), -- Monday is 1
    date            TEXT,
    from_minute     INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1440),
    until_minute    INTEGER NOT NULL CHECK (until_minute BETWEEN from_minute AND 1440),
    CHECK ((weekday IS NULL) <> (date IS NULL))
) STRICT;
CREATE INDEX availability_by_resource ON availability (resource);

CREATE TABLE appointment (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    organizer       BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community')),
    state           TEXT    NOT NULL CHECK (state IN ('requested', 'held', 'booked', 'checked_in', 'in_progress', 'completed', 'no_show', 'cancelled')),
    -- The truth of a future appointment: civil time, zone, minutes.
    civil_start     TEXT    NOT NULL,
    zone            TEXT    NOT NULL,
    minutes         INTEGER NOT NULL CHECK (minutes > 0),
    -- The same in UTC, by the zone database of that version.
    start_at        INTEGER NOT NULL,
    end_at          INTEGER NOT NULL,
    tzdb_version    TEXT    NOT NULL,
    ics_uid         TEXT    NOT NULL UNIQUE,
    ics_sequence    INTEGER NOT NULL,
    -- When this sequence came to be, and whether it moved an earlier one.
    told_at         INTEGER NOT NULL,
    moved_at        INTEGER,
    meeting_link    BLOB, -- sealed
    created_at      INTEGER NOT NULL,
    cancelled_at    INTEGER,
    cancelled_by    BLOB    REFERENCES person (id),
    cancel_reason   TEXT    CHECK (cancel_reason IN ('client', 'agency', 'mistake', 'other')),
    -- From when participants are told of the cancellation.
    cancel_notice_at INTEGER,
    version         INTEGER NOT NULL,
    CHECK (end_at > start_at)
) STRICT;
CREATE INDEX appointment_by_client ON appointment (client, start_at);

CREATE TABLE participant (
    id              BLOB    NOT NULL PRIMARY KEY,
    appointment     BLOB    NOT NULL REFERENCES appointment (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    role            TEXT    NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    response        TEXT    NOT NULL CHECK (response IN ('needs_action', 'accepted', 'declined', 'tentative')),
    response_at     INTEGER,
    asked_at        INTEGER,
    left_at         INTEGER,
    UNIQUE (appointment, person)
) STRICT;
CREATE INDEX participant_by_person ON participant (person, appointment);

-- No two claims of one resource overlap: half-open, buffers included. Holds will be claims too.
CREATE TABLE claim (
    id              BLOB    NOT NULL PRIMARY KEY,
    resource        BLOB    NOT NULL REFERENCES resource (id),
    appointment     BLOB    REFERENCES appointment (id),
    hold            BLOB,
    start_at        INTEGER NOT NULL,
    end_at          INTEGER NOT NULL,
    CHECK (end_at > start_at),
    CHECK ((appointment IS NULL) <> (hold IS NULL))
) STRICT;
CREATE INDEX claim_by_time ON claim (resource, start_at);
CREATE INDEX claim_by_appointment ON claim (appointment);

CREATE TRIGGER claim_insert BEFORE INSERT ON claim
WHEN EXISTS (
    SELECT 1 FROM claim c
    WHERE c.resource = NEW.resource AND c.start_at < NEW.end_at AND c.end_at > NEW.start_at
)
BEGIN
    SELECT RAISE(ABORT, 'claim_overlap');
END;

CREATE TRIGGER claim_update BEFORE UPDATE ON claim
WHEN EXISTS (
    SELECT 1 FROM claim c
    WHERE c.resource = NEW.resource AND c.start_at < NEW.end_at AND c.end_at > NEW.start_at
        AND c.id <> OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'claim_overlap');
END;
