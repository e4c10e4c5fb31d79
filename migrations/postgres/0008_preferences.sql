-- How people want to be told things, and where mails reach them.

-- Since when the consent also covers appointments: being told their times, reminders, taking part.
ALTER TABLE consent ADD COLUMN appointments_at BIGINT;

-- Absent for whoever never chose: then the agency's defaults hold.
CREATE TABLE preference (
    person              UUID    NOT NULL PRIMARY KEY REFERENCES person (id),
    language            TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    zone                TEXT    NOT NULL, -- as the IANA database names it
    disclosure          TEXT    NOT NULL CHECK (disclosure IN ('update', 'times', 'details')),
    reminders_off_at    BIGINT,
    calendar_file_off_at BIGINT,
    changed_at          BIGINT NOT NULL
);

-- Where mails reach a person. A changed address is a new row.
CREATE TABLE address (
    id              UUID    NOT NULL PRIMARY KEY,
    person          UUID    NOT NULL REFERENCES person (id),
    channel         TEXT    NOT NULL CHECK (channel IN ('email')),
    value           BYTEA   NOT NULL, -- sealed
    created_at      BIGINT NOT NULL,
    -- The mail server refused it for good.
    refused_at      BIGINT,
    ended_at        BIGINT 
);
CREATE UNIQUE INDEX address_live ON address (person, channel) WHERE ended_at IS NULL;
