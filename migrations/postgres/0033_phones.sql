-- By which number people are called; what tells of a whole series by mail; and what was booked instead of a visit of
-- a series that could not be.

-- One of a person's at most.
CREATE TABLE phone (
    id              UUID    NOT NULL PRIMARY KEY,
    person          UUID    NOT NULL UNIQUE REFERENCES person (id),
    value           BYTEA   NOT NULL, -- sealed
    created_at      BIGINT  NOT NULL
);

-- Since when its visits stand as they do, by its rule and shift: mails of before tell of another state.
ALTER TABLE series ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
-- The series that its visits belonged to until they were moved together.
ALTER TABLE series ADD COLUMN earlier UUID REFERENCES series (id);
UPDATE series SET told_at = created_at;

-- Of a mail that tells of a whole series: which, and the times that it was first written with.
ALTER TABLE delivery ADD COLUMN series UUID REFERENCES series (id);
ALTER TABLE delivery ADD COLUMN times TEXT;
CREATE INDEX delivery_by_series ON delivery (series, person) WHERE series IS NOT NULL;
-- Who was told of one of its visits by a mail of its own knows of the series.
UPDATE delivery SET series = (SELECT a.series FROM appointment a WHERE a.id = delivery.appointment)
    WHERE step = 'invitation' AND state IN ('leased', 'sent');

-- What was booked in its place.
ALTER TABLE series_gap ADD COLUMN filled_by UUID REFERENCES appointment (id);
