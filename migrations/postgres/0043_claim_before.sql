-- The exclusion constraint on claims looks by its own index, however many there are: only SQLite's triggers change.
SELECT 1;
