-- People whom no mail reaches: somebody is asked to tell them in another way, and to ask about an address at which
-- nobody has answered.

-- Of a person who cannot be reached by mail: why, if that is known. News of the appointment would come outside their
-- safe hours; no address of theirs took it; nobody has said in time that the address is theirs; whoever reads there says
-- that it is not.
ALTER TABLE task DROP CONSTRAINT task_why_check;
ALTER TABLE task ADD CONSTRAINT task_why_check
    CHECK (why IN ('outside_safe_hours', 'not_theirs', 'no_address', 'unconfirmed'));

-- Since when somebody is asked because nobody has answered there.
ALTER TABLE address ADD COLUMN unanswered_at BIGINT;
CREATE INDEX address_unconfirmed ON address (id) WHERE confirmed_at IS NULL AND ended_at IS NULL;
