-- Holds, and links by which a client books a visit by themselves, without an account.

-- A link is good for one visit. Looked up by its keyed hash.
CREATE TABLE booking_link (
    id              BLOB    NOT NULL PRIMARY KEY,
    secret_hash     BLOB    NOT NULL UNIQUE,
    secret          BLOB, -- sealed: the same answer and the same mail can be written again; gone once it is used or taken back
    client          BLOB    NOT NULL REFERENCES person (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'phone', 'office', 'home', 'community')),
    visit_type      BLOB    REFERENCES visit_type (id),
    minutes         INTEGER NOT NULL CHECK (minutes > 0),
    meeting_link    BLOB, -- sealed
    -- The first and the last day on which the visit may be, on the client's clocks.
    first_day       TEXT    NOT NULL,
    last_day        TEXT    NOT NULL,
    made_by         BLOB    NOT NULL REFERENCES account (id),
    made_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    revoked_by      BLOB    REFERENCES account (id),
    revoked_at      INTEGER,
    -- What was booked by it.
    appointment     BLOB    REFERENCES appointment (id),
    used_at         INTEGER,
    CHECK ((appointment IS NULL) = (used_at IS NULL))
) STRICT;
CREATE INDEX booking_link_by_client ON booking_link (client, made_at);

-- Who may hold the visit; whoever stands first is asked first.
CREATE TABLE booking_link_worker (
    booking_link    BLOB    NOT NULL REFERENCES booking_link (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    place           INTEGER NOT NULL,
    PRIMARY KEY (booking_link, account)
) STRICT;

-- The mail of one link, to the address that the client has when it leaves.
CREATE TABLE booking_link_mail (
    id              BLOB    NOT NULL PRIMARY KEY REFERENCES booking_link (id),
    due_at          INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           INTEGER NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           INTEGER NOT NULL,
    lease           BLOB,
    leased_until    INTEGER,
    -- What the mail was first written from: sent again, it is the same bytes.
    address         BLOB    REFERENCES address (id),
    language        TEXT,
    disclosure      TEXT,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER
) STRICT;
CREATE INDEX booking_link_mail_planned ON booking_link_mail (due_at) WHERE state = 'planned';
CREATE INDEX booking_link_mail_leased ON booking_link_mail (leased_until) WHERE state = 'leased';

-- A time that is kept for whoever makes up their mind. Its claim keeps everybody else out; once it has
-- expired, whoever wants to book drops it.
CREATE TABLE hold (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- For whom it is kept: a booking link.
    actor           BLOB    NOT NULL REFERENCES booking_link (id),
    resource        BLOB    NOT NULL REFERENCES resource (id),
    visit_type      BLOB    REFERENCES visit_type (id),
    -- When the visit would begin; what is kept free around it stands in the claim.
    start_at        INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    CHECK (expires_at > made_at)
) STRICT;
CREATE INDEX hold_by_actor ON hold (actor, made_at);
CREATE INDEX hold_by_resource ON hold (resource, expires_at);
CREATE INDEX claim_by_hold ON claim (hold);
