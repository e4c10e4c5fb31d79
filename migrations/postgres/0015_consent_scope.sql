-- A consent says by itself whether the caregiver is also reminded of appointments; withdrawing it, whether
-- their calendar is cleared of them.

ALTER TABLE consent ADD COLUMN reminders_at BIGINT;
UPDATE consent SET reminders_at = appointments_at;

-- Of a caregiver who left: since when the client wants their calendar cleared of it.
ALTER TABLE participant ADD COLUMN cleared_at BIGINT;
