-- Staff come, go, change their role, and hand clients over to each other.

-- When the account was ended for good: it signs in no more, on no way. Kept, because rows name it.
ALTER TABLE account ADD COLUMN ended_at INTEGER;

-- Whom an assignment was handed over to. It then has an end ahead, until when both serve the client.
ALTER TABLE assignment ADD COLUMN handed_to BLOB REFERENCES account (id);
-- One open assignment of one person to one client: what stands twice is ended where it began.
UPDATE assignment SET ended_at = from_at
    WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM assignment o
        WHERE o.account = assignment.account AND o.client = assignment.client
            AND o.ended_at IS NULL AND o.id < assignment.id);
CREATE UNIQUE INDEX assignment_open ON assignment (account, client) WHERE ended_at IS NULL;
CREATE INDEX assignment_by_end ON assignment (ended_at);

-- One client offered to a colleague, and what became of it.
CREATE TABLE transfer (
    id              BLOB    NOT NULL PRIMARY KEY,
    client          BLOB    NOT NULL REFERENCES person (id),
    from_account    BLOB    NOT NULL REFERENCES account (id),
    to_account      BLOB    NOT NULL REFERENCES account (id),
    note            BLOB    NOT NULL, -- sealed
    -- Why it was declined.
    reason          BLOB, -- sealed
    state           TEXT    NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn', 'expired', 'void')),
    offered_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    settled_at      INTEGER
) STRICT;
CREATE UNIQUE INDEX transfer_open ON transfer (client, from_account) WHERE state = 'offered';
CREATE INDEX transfer_by_from ON transfer (from_account, offered_at);
CREATE INDEX transfer_by_to ON transfer (to_account, offered_at);

-- A device may also be revoked because its account was ended. The reasons are a check of the column,
-- so the column is made anew.
ALTER TABLE device ADD COLUMN revoked_because TEXT CHECK (revoked_because IN ('signed_out', 'stolen', 'new_keys', 'idle', 'ended'));
UPDATE device SET revoked_because = revoked_for;
ALTER TABLE device DROP COLUMN revoked_for;
ALTER TABLE device RENAME COLUMN revoked_because TO revoked_for;

-- A task may be about a transfer, or about a client who was assigned. The kinds are a check of the
-- table, so it is made anew.
CREATE TABLE task_with_transfer (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle',
        'client_assigned', 'transfer_offered', 'transfer_accepted', 'transfer_declined', 'transfer_expired')),
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    device          BLOB    REFERENCES device (id),
    transfer        BLOB    REFERENCES transfer (id),
    created_at      INTEGER NOT NULL,
    done_at         INTEGER
) STRICT;
INSERT INTO task_with_transfer (id, account, kind, client, person, appointment, device, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, device, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_transfer RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
CREATE UNIQUE INDEX task_open_transfer ON task (account, kind, transfer) WHERE done_at IS NULL AND transfer IS NOT NULL;
CREATE INDEX task_by_client ON task (client, created_at) WHERE done_at IS NULL;
