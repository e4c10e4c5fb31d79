-- Invitations that are mailed to an address which a case manager typed.

-- The mail of one invitation. Its link holds the secret, which the server has of no other invitation: whoever
-- comes by a mailed one is never taken for checked in person.
CREATE TABLE invitation_mail (
    id              UUID    NOT NULL PRIMARY KEY REFERENCES intake (id),
    address         BYTEA, -- sealed; gone once the mail has left or will not
    link            BYTEA, -- sealed; gone with it
    language        TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    due_at          BIGINT  NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           BIGINT  NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           BIGINT  NOT NULL,
    lease           BYTEA,
    leased_until    BIGINT,
    created_at      BIGINT  NOT NULL,
    settled_at      BIGINT
);
CREATE INDEX invitation_mail_planned ON invitation_mail (due_at) WHERE state = 'planned';
CREATE INDEX invitation_mail_leased ON invitation_mail (leased_until) WHERE state = 'leased';
