-- Circles: their people, their devices, their log, and how far everybody has read.

CREATE TABLE circle (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    title           BLOB    NOT NULL, -- sealed
    status          TEXT    NOT NULL CHECK (status IN ('planned', 'live', 'recovering', 'needs_reset')),
    generation      INTEGER NOT NULL,
    epoch           INTEGER NOT NULL,
    era             INTEGER NOT NULL,
    -- The place that the next row of the log gets.
    next_seq        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX circle_by_client ON circle (client);

-- The group as the server follows it. Apart from the circle, whose row changes with every message while
-- these are large and change with commits only.
CREATE TABLE circle_group (
    circle          BLOB    NOT NULL PRIMARY KEY REFERENCES circle (id),
    public_state    BLOB    NOT NULL, -- the public tree, as the delivery service keeps it
    group_info      BLOB    NOT NULL  -- MLSMessage(GroupInfo)
) STRICT;

CREATE TABLE circle_member (
    circle          BLOB    NOT NULL REFERENCES circle (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    role            TEXT    NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    state           TEXT    NOT NULL CHECK (state IN ('invited', 'confirmed', 'left')),
    -- The order in which people were named.
    place           INTEGER NOT NULL,
    invited_at      INTEGER NOT NULL,
    confirmed_at    INTEGER,
    left_at         INTEGER,
    PRIMARY KEY (circle, account)
) STRICT;
CREATE INDEX circle_member_by_account ON circle_member (account);

-- The circles in which a consent allows messages. A circle enters by a human's act only.
CREATE TABLE consent_circle (
    consent         BLOB    NOT NULL REFERENCES consent (id),
    circle          BLOB    NOT NULL REFERENCES circle (id),
    added_at        INTEGER NOT NULL,
    PRIMARY KEY (consent, circle)
) STRICT;
CREATE INDEX consent_circle_by_circle ON consent_circle (circle);

-- The devices in the circle's encrypted group now.
CREATE TABLE circle_device (
    circle          BLOB    NOT NULL REFERENCES circle (id),
    device          BLOB    NOT NULL REFERENCES device (id),
    account         BLOB    NOT NULL REFERENCES account (id),
    added_seq       INTEGER NOT NULL,
    PRIMARY KEY (circle, device)
) STRICT;
CREATE INDEX circle_device_by_device ON circle_device (device);

-- The log. Redaction empties body and wrap; the row's hash stays and with it the audit.
CREATE TABLE circle_log (
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('commit', 'proposal', 'message', 'marker')),
    epoch           INTEGER NOT NULL,
    device          BLOB    NOT NULL REFERENCES device (id),
    op_id           BLOB    NOT NULL,
    mls             BLOB    NOT NULL,
    body            BLOB    NOT NULL,
    wrap            BLOB    NOT NULL,
    era             INTEGER NOT NULL,
    urgency         TEXT    NOT NULL CHECK (urgency IN ('routine', 'urgent', 'crisis')),
    accepted_at     INTEGER NOT NULL,
    row_hash        BLOB    NOT NULL,
    -- The audit entry that commits to the hash.
    entry           BLOB    NOT NULL,
    PRIMARY KEY (circle, generation, seq),
    UNIQUE (device, op_id)
) STRICT;
CREATE INDEX circle_log_by_entry ON circle_log (entry);

-- What the server last heard from a device in a circle: against a device that runs from an old copy.
CREATE TABLE send_counter (
    device          BLOB    NOT NULL REFERENCES device (id),
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    counter         INTEGER NOT NULL,
    -- The epoch that the device's last accepted commit made.
    commit_epoch    INTEGER,
    PRIMARY KEY (device, circle, generation)
) STRICT;

-- How far a device has stored a circle's log, and up to where that is audited as delivered.
CREATE TABLE cursor (
    device          BLOB    NOT NULL REFERENCES device (id),
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    audited_seq     INTEGER NOT NULL,
    audited_at      INTEGER NOT NULL,
    PRIMARY KEY (device, circle, generation)
) STRICT;

CREATE TABLE welcome (
    id              BLOB    NOT NULL PRIMARY KEY,
    circle          BLOB    NOT NULL REFERENCES circle (id),
    generation      INTEGER NOT NULL,
    bytes           BLOB    NOT NULL, -- MLSMessage(Welcome)
    created_at      INTEGER NOT NULL
) STRICT;

-- What waits for a device. A row stays until the device acknowledges it.
CREATE TABLE inbox (
    device          BLOB    NOT NULL REFERENCES device (id),
    seq             INTEGER NOT NULL,
    circle          BLOB    NOT NULL REFERENCES circle (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('roster', 'welcome')),
    welcome         BLOB    REFERENCES welcome (id),
    generation      INTEGER,
    start_seq       INTEGER,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT;
CREATE INDEX inbox_by_welcome ON inbox (welcome);
