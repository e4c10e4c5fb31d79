-- People, what they sign in to, and what binds them to each other.

CREATE TABLE person (
    id              UUID   NOT NULL PRIMARY KEY,
    name            BYTEA  NOT NULL, -- sealed
    created_at      BIGINT NOT NULL
);

CREATE TABLE account (
    id                  UUID   NOT NULL PRIMARY KEY,
    person              UUID   NOT NULL REFERENCES person (id),
    role                TEXT   NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    -- The account identity key (AIK), Ed25519; absent until the first device enrols.
    aik                 BYTEA,
    -- Raised by "sign out everywhere" and by a change of role; sessions begun under an earlier one are over.
    session_generation  BIGINT NOT NULL,
    grant_generation    BIGINT NOT NULL,
    created_at          BIGINT NOT NULL
);
CREATE INDEX account_by_person ON account (person);

-- Who is what to a client, in the agency's words.
CREATE TABLE related_person (
    client          UUID   NOT NULL REFERENCES person (id),
    person          UUID   NOT NULL REFERENCES person (id),
    id              UUID   NOT NULL UNIQUE,
    relationship    BYTEA  NOT NULL, -- sealed
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (client, person)
);

-- Which staff serve which client, from when to when.
CREATE TABLE assignment (
    id              UUID   NOT NULL PRIMARY KEY,
    account         UUID   NOT NULL REFERENCES account (id),
    client          UUID   NOT NULL REFERENCES person (id),
    from_at         BIGINT NOT NULL,
    ended_at        BIGINT
);
CREATE INDEX assignment_by_account ON assignment (account, client);
CREATE INDEX assignment_by_client ON assignment (client);

-- What a client allowed a caregiver. Live: begun, not past its end, not withdrawn.
CREATE TABLE consent (
    id              UUID   NOT NULL PRIMARY KEY,
    client          UUID   NOT NULL REFERENCES person (id),
    caregiver       UUID   NOT NULL REFERENCES person (id),
    basis           TEXT   NOT NULL CHECK (basis IN ('verbal', 'written', 'legal')),
    note            BYTEA  NOT NULL, -- sealed
    from_at         BIGINT NOT NULL,
    until_at        BIGINT,
    withdrawn_at    BIGINT,
    recorded_by     UUID   NOT NULL REFERENCES account (id)
);
CREATE INDEX consent_by_people ON consent (client, caregiver);
CREATE INDEX consent_by_caregiver ON consent (caregiver);
