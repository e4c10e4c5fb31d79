-- When mails may come to a person, and what follows if news cannot come in time; whether an address is theirs.

-- The minutes of their day between which every mail comes; absent: at any time.
ALTER TABLE preference ADD COLUMN safe_from INTEGER CHECK (safe_from BETWEEN 0 AND 1440);
ALTER TABLE preference ADD COLUMN safe_until INTEGER CHECK (safe_until BETWEEN 0 AND 1440);

-- When it would have begun before it was last moved.
ALTER TABLE appointment ADD COLUMN moved_from_at INTEGER;

-- Of a person who cannot be reached by mail: why, if that is known. News of the appointment would come outside their
-- safe hours, or whoever reads at their address says that it is not theirs.
ALTER TABLE task ADD COLUMN why TEXT CHECK (why IN ('outside_safe_hours', 'not_theirs'));

-- Whoever reads at an address has said that it is theirs; until then it gets nothing but the mail that asks.
ALTER TABLE address ADD COLUMN confirmed_at INTEGER;
-- They have said that it is not: refused for good, too.
ALTER TABLE address ADD COLUMN disowned_at INTEGER;
UPDATE address SET confirmed_at = created_at;

-- By which that is said, without signing in. Looked up by its keyed hash.
CREATE TABLE address_link (
    id              BLOB    NOT NULL PRIMARY KEY,
    address         BLOB    NOT NULL UNIQUE REFERENCES address (id),
    secret_hash     BLOB    NOT NULL UNIQUE,
    expires_at      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

-- The mail that asks is a single one. The kinds are a check of the table, so it is made anew.
CREATE TABLE single_mail_with_address (
    -- The mail of an invitation and that of a booking link have its id.
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('invitation', 'booking_link', 'answer', 'book_again', 'address')),
    -- Who gets it, at the address that they have when it leaves. Of an invitation absent: its address was typed.
    person          BLOB    REFERENCES person (id),
    typed_address   BLOB, -- sealed; gone once the mail has left or will not
    -- Of an invitation: it holds the secret, which the server has of no other. Whoever comes by a mailed one is never
    -- taken for checked in person.
    link            BLOB, -- sealed; gone with it
    intake          BLOB    UNIQUE REFERENCES intake (id),
    booking_link    BLOB    UNIQUE REFERENCES booking_link (id),
    -- To which the client did not come.
    appointment     BLOB    REFERENCES appointment (id),
    -- Of an answer: one for each person and day, on the agency's clocks.
    day             TEXT,
    due_at          INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           INTEGER NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           INTEGER NOT NULL,
    lease           BLOB,
    leased_until    INTEGER,
    -- What the mail says of itself, and what it was first written from: sent again, it is the same bytes.
    written_at      INTEGER NOT NULL,
    -- Of a mail that asks whose an address is, from the beginning: it goes there or nowhere.
    address         BLOB    REFERENCES address (id),
    language        TEXT    CHECK (language IN ('en', 'es')),
    disclosure      TEXT,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    UNIQUE (person, day),
    CHECK ((kind = 'invitation') = (person IS NULL)),
    CHECK ((kind = 'invitation') = (intake IS NOT NULL)),
    CHECK (kind <> 'booking_link' OR booking_link IS NOT NULL),
    CHECK ((kind = 'answer') = (day IS NOT NULL)),
    CHECK ((kind = 'book_again') = (appointment IS NOT NULL)),
    CHECK (kind <> 'address' OR address IS NOT NULL)
) STRICT;
INSERT INTO single_mail_with_address (id, kind, person, typed_address, link, intake, booking_link, appointment, day, due_at, not_after,
        state, reason, tries, began, lease, leased_until, written_at, address, language, disclosure, created_at, settled_at)
    SELECT id, kind, person, typed_address, link, intake, booking_link, appointment, day, due_at, not_after,
        state, reason, tries, began, lease, leased_until, written_at, address, language, disclosure, created_at, settled_at FROM single_mail;
DROP TABLE single_mail;
ALTER TABLE single_mail_with_address RENAME TO single_mail;
CREATE INDEX single_mail_planned ON single_mail (due_at) WHERE state = 'planned';
CREATE INDEX single_mail_leased ON single_mail (leased_until) WHERE state = 'leased';
CREATE INDEX single_mail_by_appointment ON single_mail (appointment) WHERE appointment IS NOT NULL;
CREATE INDEX single_mail_by_address ON single_mail (address) WHERE address IS NOT NULL;
