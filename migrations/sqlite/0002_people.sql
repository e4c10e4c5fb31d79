-- People, what they sign in to, and what binds them to each other.

CREATE TABLE person (
    id              BLOB    NOT NULL PRIMARY KEY,
    name            BLOB    NOT NULL, -- sealed
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id                  BLOB    NOT NULL PRIMARY KEY,
    person              BLOB    NOT NULL REFERENCES person (id),
    role                TEXT    NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    -- The account identity key (AIK), Ed25519; absent until the first device enrols.
    aik                 BLOB,
    -- Raised by "sign out everywhere" and by a change of role; sessions begun under an earlier one are over.
    session_generation  INTEGER NOT NULL,
    grant_generation    INTEGER NOT NULL,
    created_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX account_by_person ON account (person);

-- Who is what to a client, in the agency's words.
CREATE TABLE related_person (
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    id              BLOB    NOT NULL UNIQUE,
    relationship    BLOB    NOT NULL, -- sealed
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (client, person)
) STRICT;

-- Which staff serve which client, from when to when.
CREATE TABLE assignment (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    client          BLOB    NOT NULL REFERENCES person (id),
    from_at         INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT;
CREATE INDEX assignment_by_account ON assignment (account, client);
CREATE INDEX assignment_by_client ON assignment (client);

-- What a client allowed a caregiver. Live: begun, not past its end, not withdrawn.
CREATE TABLE consent (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    caregiver       BLOB    NOT NULL REFERENCES person (id),
    basis           TEXT    NOT NULL CHECK (basis IN ('verbal', 'written', 'legal')),
    note            BLOB    NOT NULL, -- sealed
    from_at         INTEGER NOT NULL,
    until_at        INTEGER,
    withdrawn_at    INTEGER,
    recorded_by     BLOB    NOT NULL REFERENCES account (id)
) STRICT;
CREATE INDEX consent_by_people ON consent (client, caregiver);
CREATE INDEX consent_by_caregiver ON consent (caregiver);
