-- Days on which the agency is closed: nobody can be booked then, each on their own clocks.

CREATE TABLE closure (
    id          BLOB    NOT NULL PRIMARY KEY,
    name        BLOB    NOT NULL, -- sealed
    -- Dates, the last one included.
    from_date   TEXT    NOT NULL,
    until_date  TEXT    NOT NULL CHECK (until_date >= from_date),
    created_at  INTEGER NOT NULL,
    -- Since when the agency is open then after all.
    ended_at    INTEGER
) STRICT;
