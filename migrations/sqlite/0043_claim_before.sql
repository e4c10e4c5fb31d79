-- Claims of a worker do not overlap, so that only the last one that begins before another ends can meet it: nobody's
-- booking looks at all that a worker did in the years before.
DROP TRIGGER claim_insert;
DROP TRIGGER claim_update;

CREATE TRIGGER claim_insert BEFORE INSERT ON claim
WHEN (
    SELECT c.end_at FROM claim c
    WHERE c.resource = NEW.resource AND c.start_at < NEW.end_at
    ORDER BY c.start_at DESC LIMIT 1
) > NEW.start_at
BEGIN
    SELECT RAISE(ABORT, 'claim_overlap');
END;

CREATE TRIGGER claim_update BEFORE UPDATE ON claim
WHEN (
    SELECT c.end_at FROM claim c
    WHERE c.resource = NEW.resource AND c.start_at < NEW.end_at AND c.id <> OLD.id
    ORDER BY c.start_at DESC LIMIT 1
) > NEW.start_at
BEGIN
    SELECT RAISE(ABORT, 'claim_overlap');
END;
