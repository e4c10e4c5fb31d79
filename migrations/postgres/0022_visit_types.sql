-- Kinds of visits as the agency offers them, and court dates among where an appointment happens.

CREATE TABLE visit_type (
    id              UUID    NOT NULL PRIMARY KEY,
    name            BYTEA   NOT NULL, -- sealed
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community', 'court')),
    minutes         BIGINT  NOT NULL CHECK (minutes > 0),
    -- Kept free before and after it, and for the way there and back.
    before_minutes  BIGINT  NOT NULL CHECK (before_minutes >= 0),
    after_minutes   BIGINT  NOT NULL CHECK (after_minutes >= 0),
    travel_minutes  BIGINT  NOT NULL CHECK (travel_minutes >= 0),
    -- Booked at least so long before, at most so many days ahead, at most so many on one of a worker's days.
    notice_minutes  BIGINT  NOT NULL CHECK (notice_minutes >= 0),
    days_ahead      BIGINT  NOT NULL CHECK (days_ahead > 0),
    per_day_max     BIGINT  CHECK (per_day_max > 0),
    created_at      BIGINT  NOT NULL,
    -- Since when it is offered no longer; what was booked as one stays.
    ended_at        BIGINT
);

ALTER TABLE appointment DROP CONSTRAINT appointment_kind_check;
ALTER TABLE appointment ADD CONSTRAINT appointment_kind_check
    CHECK (kind IN ('video', 'phone', 'office', 'home', 'community', 'court'));
ALTER TABLE appointment ADD COLUMN visit_type UUID REFERENCES visit_type (id);
CREATE INDEX appointment_by_organizer ON appointment (organizer, start_at);
