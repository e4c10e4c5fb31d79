-- The server's half of what seals the rows that a device has stored: made when the device first asks, gone with it.
ALTER TABLE device ADD COLUMN share BYTEA; -- sealed
