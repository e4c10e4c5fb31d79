-- Who of the staff comes to an appointment may change after it is booked.

-- When the sequence that people were told of last came to be in that way.
ALTER TABLE appointment ADD COLUMN team_at INTEGER;
-- When somebody was added to an appointment that was booked already.
ALTER TABLE participant ADD COLUMN joined_at INTEGER;
