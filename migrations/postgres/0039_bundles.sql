-- Reminders of one day leave as one mail, and whoever has confirmed a visit may be reminded of it all the same.

-- By which delivery's mail it is told, of several that leave together: the mail's Message-ID and return address are
-- that one's, and its own row holds its own id. Absent: it leaves alone.
ALTER TABLE delivery ADD COLUMN bundle UUID;
CREATE INDEX delivery_by_bundle ON delivery (bundle) WHERE bundle IS NOT NULL;

-- Since when they want to be reminded of what they have confirmed, too.
ALTER TABLE preference ADD COLUMN confirmed_reminders_at BIGINT;
