-- The law of the clocks may put a visit where another one has its claim: both stand, and the time of the one that came
-- to it is kept here, beside the claims, of which no two overlap. Nobody is booked then either.
CREATE TABLE claim_beside (
    appointment     BLOB    NOT NULL REFERENCES appointment (id),
    resource        BLOB    NOT NULL REFERENCES resource (id),
    start_at        INTEGER NOT NULL,
    end_at          INTEGER NOT NULL CHECK (end_at > start_at),
    PRIMARY KEY (appointment, resource)
) STRICT;
CREATE INDEX claim_beside_by_time ON claim_beside (resource, start_at);
-- Those that stood without any claim so far.
INSERT INTO claim_beside (appointment, resource, start_at, end_at)
    SELECT DISTINCT k.id, r.id, k.start_at, k.end_at
    FROM appointment k
        JOIN participant p ON p.appointment = k.id AND p.role = 'case_manager' AND p.left_at IS NULL
        JOIN resource r ON r.account = p.account
    WHERE k.state = 'booked' AND NOT EXISTS
        (SELECT 1 FROM claim c WHERE c.appointment = k.id AND c.resource = r.id);
