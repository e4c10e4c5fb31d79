-- The agency key that is to take the place of the present one, while circles still list a removal key that only the
-- present one vouches for.

ALTER TABLE agency ADD COLUMN next_key BYTEA; -- Ed25519, 32 bytes
ALTER TABLE agency ADD COLUMN next_secret BYTEA; -- sealed
