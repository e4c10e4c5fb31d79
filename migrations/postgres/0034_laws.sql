-- The law of the clocks changed, and an appointment's instant with it: not its time, on the clocks of its place.

-- When the sequence that people were told of last came to be in that way.
ALTER TABLE appointment ADD COLUMN law_at BIGINT;
