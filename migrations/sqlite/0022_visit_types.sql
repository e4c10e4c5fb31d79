-- Kinds of visits as the agency offers them, and court dates among where an appointment happens.

CREATE TABLE visit_type (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            BLOB    NOT NULL, -- sealed
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community', 'court')),
    minutes         INTEGER NOT NULL CHECK (minutes > 0),
    -- Kept free before and after it, and for the way there and back.
    before_minutes  INTEGER NOT NULL CHECK (before_minutes >= 0),
    after_minutes   INTEGER NOT NULL CHECK (after_minutes >= 0),
    travel_minutes  INTEGER NOT NULL CHECK (travel_minutes >= 0),
    -- Booked at least so long before, at most so many days ahead, at most so many on one of a worker's days.
    notice_minutes  INTEGER NOT NULL CHECK (notice_minutes >= 0),
    days_ahead      INTEGER NOT NULL CHECK (days_ahead > 0),
    per_day_max     INTEGER CHECK (per_day_max > 0),
    created_at      INTEGER NOT NULL,
    -- Since when it is offered no longer; what was booked as one stays.
    ended_at        INTEGER
) STRICT;

-- Where an appointment happens is a check of the table, so it is made anew, under the same name: whatever
-- refers to it goes on to.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE appointment_kept AS SELECT * FROM appointment;
DROP TABLE appointment;
CREATE TABLE appointment (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    organizer       BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community', 'court')),
    visit_type      BLOB    REFERENCES visit_type (id),
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
    -- How it went, once a human has said so.
    closed_at       INTEGER,
    closed_by       BLOB    REFERENCES account (id),
    next_step       TEXT    CHECK (next_step IN ('none', 'book_again', 'call', 'refer', 'other')),
    note            BLOB, -- sealed
    -- When the worker was asked how it went: once.
    outcome_asked_at INTEGER,
    CHECK (end_at > start_at)
) STRICT;
INSERT INTO appointment (id, client, organizer, kind, state, civil_start, zone, minutes, start_at, end_at,
        tzdb_version, ics_uid, ics_sequence, told_at, moved_at, meeting_link, created_at, cancelled_at,
        cancelled_by, cancel_reason, cancel_notice_at, version, closed_at, closed_by, next_step, note,
        outcome_asked_at)
    SELECT id, client, organizer, kind, state, civil_start, zone, minutes, start_at, end_at,
        tzdb_version, ics_uid, ics_sequence, told_at, moved_at, meeting_link, created_at, cancelled_at,
        cancelled_by, cancel_reason, cancel_notice_at, version, closed_at, closed_by, next_step, note,
        outcome_asked_at
    FROM appointment_kept;
DROP TABLE appointment_kept;
CREATE INDEX appointment_by_client ON appointment (client, start_at);
CREATE INDEX appointment_by_organizer ON appointment (organizer, start_at);
CREATE INDEX appointment_unasked ON appointment (end_at)
    WHERE outcome_asked_at IS NULL AND closed_at IS NULL AND state IN ('booked', 'checked_in', 'in_progress');
