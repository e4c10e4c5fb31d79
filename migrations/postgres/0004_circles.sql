-- Circles: their people, their devices, their log, and how far everybody has read.

CREATE TABLE circle (
    id              UUID   NOT NULL PRIMARY KEY,
    client          UUID   NOT NULL REFERENCES person (id),
    title           BYTEA  NOT NULL, -- sealed
    status          TEXT   NOT NULL CHECK (status IN ('planned', 'live', 'recovering', 'needs_reset')),
    generation      BIGINT NOT NULL,
    epoch           BIGINT NOT NULL,
    era             BIGINT NOT NULL,
    -- The place that the next row of the log gets.
    next_seq        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX circle_by_client ON circle (client);

-- The group as the server follows it. Apart from the circle, whose row changes with every message while
-- these are large and change with commits only.
CREATE TABLE circle_group (
    circle          UUID   NOT NULL PRIMARY KEY REFERENCES circle (id),
    public_state    BYTEA  NOT NULL, -- the public tree, as the delivery service keeps it
    group_info      BYTEA  NOT NULL  -- MLSMessage(GroupInfo)
);

CREATE TABLE circle_member (
    circle          UUID   NOT NULL REFERENCES circle (id),
    account         UUID   NOT NULL REFERENCES account (id),
    role            TEXT   NOT NULL CHECK (role IN ('client', 'caregiver', 'case_manager', 'supervisor', 'administrator', 'custodian')),
    state           TEXT   NOT NULL CHECK (state IN ('invited', 'confirmed', 'left')),
    -- The order in which people were named.
    place           BIGINT NOT NULL,
    invited_at      BIGINT NOT NULL,
    confirmed_at    BIGINT,
    left_at         BIGINT,
    PRIMARY KEY (circle, account)
);
CREATE INDEX circle_member_by_account ON circle_member (account);

-- The circles in which a consent allows messages. A circle enters by a human's act only.
CREATE TABLE consent_circle (
    consent         UUID   NOT NULL REFERENCES consent (id),
    circle          UUID   NOT NULL REFERENCES circle (id),
    added_at        BIGINT NOT NULL,
    PRIMARY KEY (consent, circle)
);
CREATE INDEX consent_circle_by_circle ON consent_circle (circle);

-- The devices in the circle's encrypted group now.
CREATE TABLE circle_device (
    circle          UUID   NOT NULL REFERENCES circle (id),
    device          UUID   NOT NULL REFERENCES device (id),
    account         UUID   NOT NULL REFERENCES account (id),
    added_seq       BIGINT NOT NULL,
    PRIMARY KEY (circle, device)
);
CREATE INDEX circle_device_by_device ON circle_device (device);

-- The log. Redaction empties body and wrap; the row's hash stays and with it the audit.
CREATE TABLE circle_log (
    circle          UUID   NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    kind            TEXT   NOT NULL CHECK (kind IN ('commit', 'proposal', 'message', 'marker')),
    epoch           BIGINT NOT NULL,
    device          UUID   NOT NULL REFERENCES device (id),
    op_id           UUID   NOT NULL,
    mls             BYTEA  NOT NULL,
    body            BYTEA  NOT NULL,
    wrap            BYTEA  NOT NULL,
    era             BIGINT NOT NULL,
    urgency         TEXT   NOT NULL CHECK (urgency IN ('routine', 'urgent', 'crisis')),
    accepted_at     BIGINT NOT NULL,
    row_hash        BYTEA  NOT NULL,
    -- The audit entry that commits to the hash.
    entry           UUID   NOT NULL,
    PRIMARY KEY (circle, generation, seq),
    UNIQUE (device, op_id)
);
CREATE INDEX circle_log_by_entry ON circle_log (entry);

-- What the server last heard from a device in a circle: against a device that runs from an old copy.
CREATE TABLE send_counter (
    device          UUID   NOT NULL REFERENCES device (id),
    circle          UUID   NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    counter         BIGINT NOT NULL,
    -- The epoch that the device's last accepted commit made.
    commit_epoch    BIGINT,
    PRIMARY KEY (device, circle, generation)
);

-- How far a device has stored a circle's log, and up to where that is audited as delivered.
CREATE TABLE cursor (
    device          UUID   NOT NULL REFERENCES device (id),
    circle          UUID   NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    audited_seq     BIGINT NOT NULL,
    audited_at      BIGINT NOT NULL,
    PRIMARY KEY (device, circle, generation)
);

CREATE TABLE welcome (
    id              UUID   NOT NULL PRIMARY KEY,
    circle          UUID   NOT NULL REFERENCES circle (id),
    generation      BIGINT NOT NULL,
    bytes           BYTEA  NOT NULL, -- MLSMessage(Welcome)
    created_at      BIGINT NOT NULL
);

-- What waits for a device. A row stays until the device acknowledges it.
CREATE TABLE inbox (
    device          UUID   NOT NULL REFERENCES device (id),
    seq             BIGINT NOT NULL,
    circle          UUID   NOT NULL REFERENCES circle (id),
    kind            TEXT   NOT NULL CHECK (kind IN ('roster', 'welcome')),
    welcome         UUID   REFERENCES welcome (id),
    generation      BIGINT,
    start_seq       BIGINT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (device, seq)
);
CREATE INDEX inbox_by_welcome ON inbox (welcome);
