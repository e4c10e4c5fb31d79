-- By what people sign in, and what a session's person has shown.

-- How the session began, when an authenticator was last shown in it (until then it can do nothing but
-- that), and whether others use its device too. Sessions of before had shown nothing: they end.
ALTER TABLE session ADD COLUMN begun_by TEXT NOT NULL DEFAULT 'device'
    CHECK (begun_by IN ('link', 'recovery', 'enrolment', 'device', 'authenticator'));
ALTER TABLE session ADD COLUMN proved_at BIGINT;
ALTER TABLE session ADD COLUMN shared_at BIGINT;
UPDATE session SET ended_at = last_seen_at WHERE ended_at IS NULL;

CREATE TABLE authenticator (
    id              UUID NOT NULL PRIMARY KEY,
    account         UUID NOT NULL REFERENCES account (id),
    kind            TEXT NOT NULL CHECK (kind IN ('passkey', 'password', 'totp')),
    -- SHA-256 of a passkey's credential id.
    lookup_hash     BYTEA UNIQUE,
    secret          BYTEA NOT NULL, -- sealed: public key and counter, OPAQUE record, TOTP secret
    -- The last time step whose code was used.
    last_step       BIGINT,
    created_at      BIGINT NOT NULL,
    used_at         BIGINT,
    ended_at        BIGINT
);
CREATE INDEX authenticator_by_account ON authenticator (account);
CREATE UNIQUE INDEX authenticator_single ON authenticator (account, kind)
    WHERE ended_at IS NULL AND kind IN ('password', 'totp');

-- A sign-in or registration under way; its row is taken when it is finished, whatever comes of it.
CREATE TABLE ceremony (
    id              UUID NOT NULL PRIMARY KEY,
    handle_hash     BYTEA NOT NULL UNIQUE,
    kind            TEXT NOT NULL CHECK (kind IN ('show_passkey', 'register_passkey', 'show_password', 'register_password', 'register_totp')),
    -- Whose registration; null for a sign-in.
    account         UUID REFERENCES account (id),
    state           BYTEA NOT NULL, -- sealed
    expires_at      BIGINT NOT NULL
);
CREATE INDEX ceremony_by_end ON ceremony (expires_at);
