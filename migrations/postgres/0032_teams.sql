-- Further staff take part in an appointment, each by a participant and a claim of their own. A series names who comes
-- along to its visits.
CREATE TABLE series_staff (
    series          UUID    NOT NULL REFERENCES series (id),
    account         UUID    NOT NULL REFERENCES account (id),
    PRIMARY KEY (series, account)
);
CREATE INDEX series_staff_by_account ON series_staff (account);

-- Whom of the staff an account meets in appointments, and what it comes along to.
CREATE INDEX participant_by_account ON participant (account, appointment);
