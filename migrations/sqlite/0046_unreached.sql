-- People whom no mail reaches: somebody is asked to tell them in another way, and to ask about an address at which
-- nobody has answered.

-- Of a person who cannot be reached by mail: why, if that is known. News of the appointment would come outside their
-- safe hours; no address of theirs took it; nobody has said in time that the address is theirs; whoever reads there says
-- that it is not. The words are a check of the column, so it is made anew.
ALTER TABLE task ADD COLUMN why_now TEXT CHECK (why_now IN ('outside_safe_hours', 'not_theirs', 'no_address', 'unconfirmed'));
UPDATE task SET why_now = why WHERE why IS NOT NULL;
ALTER TABLE task DROP COLUMN why;
ALTER TABLE task RENAME COLUMN why_now TO why;

-- Since when somebody is asked because nobody has answered there.
ALTER TABLE address ADD COLUMN unanswered_at INTEGER;
CREATE INDEX address_unconfirmed ON address (id) WHERE confirmed_at IS NULL AND ended_at IS NULL;
