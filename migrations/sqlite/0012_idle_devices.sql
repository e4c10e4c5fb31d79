-- Devices at which nobody was for a long time: staff are asked before one is taken out.

-- When staff last said that its person still has it.
ALTER TABLE device ADD COLUMN kept_at INTEGER;

-- A task may be about a device. The kinds of a task are a check of the table, so it is made anew.
CREATE TABLE task_with_device (
    id              BLOB    NOT NULL PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES account (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'device_idle')),
    client          BLOB    NOT NULL REFERENCES person (id),
    person          BLOB    NOT NULL REFERENCES person (id),
    appointment     BLOB    REFERENCES appointment (id),
    device          BLOB    REFERENCES device (id),
    created_at      INTEGER NOT NULL,
    done_at         INTEGER
) STRICT;
INSERT INTO task_with_device (id, account, kind, client, person, appointment, created_at, done_at)
    SELECT id, account, kind, client, person, appointment, created_at, done_at FROM task;
DROP TABLE task;
ALTER TABLE task_with_device RENAME TO task;
CREATE UNIQUE INDEX task_open ON task (account, kind, person, appointment) WHERE done_at IS NULL;
CREATE UNIQUE INDEX task_open_device ON task (account, device) WHERE done_at IS NULL AND device IS NOT NULL;
