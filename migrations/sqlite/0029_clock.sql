-- The clock of the server jumped: nothing is sent while one of these stands.
CREATE TABLE clock_jump (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- Set while it stands: at most one does.
    standing        INTEGER UNIQUE CHECK (standing = 1),
    -- What the clock should have shown, by what it had shown and the time that had passed since; and what it showed.
    expected_at     INTEGER NOT NULL,
    shown_at        INTEGER NOT NULL,
    -- By the clock as it was then.
    ended_at        INTEGER,
    ended           TEXT    CHECK (ended IN ('came_back', 'confirmed')),
    -- Who said that the clock is right; absent for whoever runs the machine.
    confirmed_by    BLOB    REFERENCES account (id),
    CHECK ((standing IS NULL) = (ended_at IS NOT NULL)),
    CHECK ((ended IS NULL) = (ended_at IS NULL))
) STRICT;

-- Staff keep a time too, while they fill in what is booked then: whose hold it is was a booking link's alone, so
-- the table is made anew.
CREATE TABLE hold_of_anybody (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- For whom it is kept: the link, or the account.
    actor           BLOB    NOT NULL,
    booking_link    BLOB    REFERENCES booking_link (id),
    account         BLOB    REFERENCES account (id),
    resource        BLOB    NOT NULL REFERENCES resource (id),
    visit_type      BLOB    REFERENCES visit_type (id),
    -- When the visit would begin; what is kept free around it stands in the claim.
    start_at        INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    CHECK (expires_at > made_at),
    CHECK ((booking_link IS NULL) <> (account IS NULL)),
    CHECK (actor = COALESCE(booking_link, account))
) STRICT;
INSERT INTO hold_of_anybody (id, actor, booking_link, resource, visit_type, start_at, made_at, expires_at)
    SELECT id, actor, actor, resource, visit_type, start_at, made_at, expires_at FROM hold;
DROP TABLE hold;
ALTER TABLE hold_of_anybody RENAME TO hold;
CREATE INDEX hold_by_actor ON hold (actor, made_at);
CREATE INDEX hold_by_resource ON hold (resource, expires_at);
