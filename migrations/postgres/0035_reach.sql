-- When mails may come to a person, and what follows if news cannot come in time; whether an address is theirs.

-- The minutes of their day between which every mail comes; absent: at any time.
ALTER TABLE preference ADD COLUMN safe_from BIGINT CHECK (safe_from BETWEEN 0 AND 1440);
ALTER TABLE preference ADD COLUMN safe_until BIGINT CHECK (safe_until BETWEEN 0 AND 1440);

-- When it would have begun before it was last moved.
ALTER TABLE appointment ADD COLUMN moved_from_at BIGINT;

-- Of a person who cannot be reached by mail: why, if that is known. News of the appointment would come outside their
-- safe hours, or whoever reads at their address says that it is not theirs.
ALTER TABLE task ADD COLUMN why TEXT CHECK (why IN ('outside_safe_hours', 'not_theirs'));

-- Whoever reads at an address has said that it is theirs; until then it gets nothing but the mail that asks.
ALTER TABLE address ADD COLUMN confirmed_at BIGINT;
-- They have said that it is not: refused for good, too.
ALTER TABLE address ADD COLUMN disowned_at BIGINT;
UPDATE address SET confirmed_at = created_at;

-- By which that is said, without signing in. Looked up by its keyed hash.
CREATE TABLE address_link (
    id              UUID    NOT NULL PRIMARY KEY,
    address         UUID    NOT NULL UNIQUE REFERENCES address (id),
    secret_hash     BYTEA   NOT NULL UNIQUE,
    expires_at      BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL
);

-- The mail that asks is a single one. The kinds are a check of the table.
ALTER TABLE single_mail DROP CONSTRAINT single_mail_kind_check;
ALTER TABLE single_mail ADD CONSTRAINT single_mail_kind_check
    CHECK (kind IN ('invitation', 'booking_link', 'answer', 'book_again', 'address'));
-- Of a mail that asks whose an address is the address is there from the beginning: it goes there or nowhere.
ALTER TABLE single_mail ADD CONSTRAINT single_mail_asks_check CHECK (kind <> 'address' OR address IS NOT NULL);
CREATE INDEX single_mail_by_address ON single_mail (address) WHERE address IS NOT NULL;
