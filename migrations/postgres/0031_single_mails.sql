-- Single mails: each is sent because of one act, and not by a plan of reminders. They were three tables that differed in
-- little but what they are about.

CREATE TABLE single_mail (
    -- The mail of an invitation and that of a booking link have its id.
    id              UUID    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('invitation', 'booking_link', 'answer', 'book_again')),
    -- Who gets it, at the address that they have when it leaves. Of an invitation absent: its address was typed.
    person          UUID    REFERENCES person (id),
    typed_address   BYTEA, -- sealed; gone once the mail has left or will not
    -- Of an invitation: it holds the secret, which the server has of no other. Whoever comes by a mailed one is never
    -- taken for checked in person.
    link            BYTEA, -- sealed; gone with it
    intake          UUID    UNIQUE REFERENCES intake (id),
    booking_link    UUID    UNIQUE REFERENCES booking_link (id),
    -- To which the client did not come.
    appointment     UUID    REFERENCES appointment (id),
    -- Of an answer: one for each person and day, on the agency's clocks.
    day             TEXT,
    due_at          BIGINT  NOT NULL,
    not_after       BIGINT  NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'leased', 'sent', 'cancelled', 'failed')),
    reason          TEXT,
    -- Refusals that may pass, so far.
    tries           BIGINT  NOT NULL,
    -- Sendings of which the outcome is not known: counted before DATA, at most two.
    began           BIGINT  NOT NULL,
    lease           BYTEA,
    leased_until    BIGINT,
    -- What the mail says of itself, and what it was first written from: sent again, it is the same bytes.
    written_at      BIGINT  NOT NULL,
    address         UUID    REFERENCES address (id),
    language        TEXT    CHECK (language IN ('en', 'es')),
    disclosure      TEXT,
    created_at      BIGINT  NOT NULL,
    settled_at      BIGINT,
    UNIQUE (person, day),
    CHECK ((kind = 'invitation') = (person IS NULL)),
    CHECK ((kind = 'invitation') = (intake IS NOT NULL)),
    CHECK (kind <> 'booking_link' OR booking_link IS NOT NULL),
    CHECK ((kind = 'answer') = (day IS NOT NULL)),
    CHECK ((kind = 'book_again') = (appointment IS NOT NULL))
);
INSERT INTO single_mail (id, kind, typed_address, link, intake, due_at, not_after, state, reason, tries, began, lease,
        leased_until, written_at, language, created_at, settled_at)
    SELECT m.id, 'invitation', m.address, m.link, m.id, m.due_at, i.expires_at, m.state, m.reason, m.tries, m.began, m.lease,
        m.leased_until, m.created_at, m.language, m.created_at, m.settled_at
    FROM invitation_mail m JOIN invitation i ON i.id = m.id;
INSERT INTO single_mail (id, kind, person, booking_link, due_at, not_after, state, reason, tries, began, lease,
        leased_until, written_at, address, language, disclosure, created_at, settled_at)
    SELECT m.id, 'booking_link', b.client, m.id, m.due_at, b.expires_at, m.state, m.reason, m.tries, m.began, m.lease,
        m.leased_until, m.created_at, m.address, m.language, m.disclosure, m.created_at, m.settled_at
    FROM booking_link_mail m JOIN booking_link b ON b.id = m.id;
INSERT INTO single_mail (id, kind, person, day, due_at, not_after, state, reason, tries, began, lease,
        leased_until, written_at, address, language, created_at, settled_at)
    SELECT m.id, 'answer', m.person, m.day, m.due_at, m.not_after, m.state, m.reason, m.tries, m.began, m.lease,
        m.leased_until, m.created_at, m.address, m.language, m.created_at, m.settled_at
    FROM answer_mail m;
DROP TABLE invitation_mail;
DROP TABLE booking_link_mail;
DROP TABLE answer_mail;
CREATE INDEX single_mail_planned ON single_mail (due_at) WHERE state = 'planned';
CREATE INDEX single_mail_leased ON single_mail (leased_until) WHERE state = 'leased';
CREATE INDEX single_mail_by_appointment ON single_mail (appointment) WHERE appointment IS NOT NULL;

-- A task may say that a client did not come, or that somebody is to call them. The kinds of a task are a check of the
-- table, so it is made anew.
CREATE TABLE task_with_no_show (
    id              UUID    NOT NULL PRIMARY KEY,
    account         UUID    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired', 'outcome_due', 'clocks_changed',
        'answered_by_mail', 'series_conflict', 'no_show', 'call_client')),
    client          UUID    NOT NULL REFERENCES person (id),
    person          UUID    NOT NULL REFERENCES person (id),
    appointment     UUID    REFERENCES appointment (id),
    device          UUID    REFERENCES device (id),
    transfer        UUID    REFERENCES transfer (id),
    created_at      BIGINT  NOT NULL,
    done_at         BIGINT,
    series          UUID    REFERENCES series (id),
    -- When the visit of the series would begin.
    at_time         BIGINT
);
INSERT INTO task_with_no_show (id, account, kind, client, person, appointment, device, transfer, created_at, done_at, series, at_time)
    SELECT id, account, kind, client, person, appointment, device, transfer, created_at, done_at, series, at_time FROM task;
DROP TABLE task;
ALTER TABLE task_with_no_show RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE UNIQUE INDEX task_open_series ON task (account, series, at_time) WHERE done_at IS NULL AND series IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
