-- How people want to be told things, and where mails reach them.

-- Since when the consent also covers appointments: being told their times, reminders, taking part.
ALTER TABLE consent ADD COLUMN appointments_at INTEGER;

-- Absent for whoever never chose: then the agency's defaults hold.
CREATE TABLE preference (
    person              BLOB    NOT NULL PRIMARY KEY REFERENCES person (id),
    language            TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    zone                TEXT    NOT NULL, -- as the IANA database names it
    disclosure          TEXT    NOT NULL CHECK (disclosure IN ('update', 'times', 'details')),
    reminders_off_at    INTEGER,
    calendar_file_off_at INTEGER,
    changed_at          INTEGER NOT NULL
) STRICT;

-- Where mails reach a person. A changed address is a new row.
CREATE TABLE address (
    id              BLOB    NOT NULL PRIMARY KEY,
    person          BLOB    NOT NULL REFERENCES person (id),
    channel         TEXT    NOT NULL CHECK (channel IN ('email')),
    value           BLOB    NOT NULL, -- sealed
    created_at      INTEGER NOT NULL,
    -- The mail server refused it for good.
    refused_at      INTEGER,
    ended_at        INTEGER
) STRICT;
CREATE UNIQUE INDEX address_live ON address (person, channel) WHERE ended_at IS NULL;
