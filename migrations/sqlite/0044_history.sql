-- Whether a circle keeps history. While it is planned: as whoever planned it chose. Once it has a group: as the
-- policy in its GroupContext says, written in the transaction of every founding, commit and reset.
ALTER TABLE circle ADD COLUMN history TEXT NOT NULL DEFAULT 'eras' CHECK (history IN ('eras', 'off'));
