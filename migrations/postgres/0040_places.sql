-- Where a visit is that is neither by video nor by phone: so of each, and of a series' visits to come.
ALTER TABLE appointment ADD COLUMN place BYTEA; -- sealed
-- When its place last changed, its time as it was.
ALTER TABLE appointment ADD COLUMN place_at BIGINT;
ALTER TABLE series ADD COLUMN place BYTEA; -- sealed
