-- What is asked of somebody and seen to by somebody else; and mails that are in hand while a wish changes.

-- Whether somebody was ever asked about an appointment, and what is answered by its being changed.
CREATE INDEX task_by_appointment ON task (appointment) WHERE appointment IS NOT NULL;

-- Whether somebody else was asked the same about a person, or has seen to it; and whose clients a person is something to.
CREATE INDEX task_about_person ON task (person, kind) WHERE appointment IS NULL;
CREATE INDEX related_person_by_person ON related_person (person);

-- Since when the wishes of whoever gets it stood as they were when it was taken in hand; null if there were none. A mail
-- in hand that was written by others does not begin.
ALTER TABLE delivery ADD COLUMN preference_at BIGINT;

-- What was asked of somebody whose service has ended since was shown to nobody, and done by nobody. It is shown to whoever
-- serves the client now; what is over by now is not: about visits that have been, and of what is about no visit what has
-- waited for more than 90 days. How a visit went, and that somebody did not come, is asked still.
UPDATE task SET done_at = CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)
WHERE done_at IS NULL
    AND kind IN ('asked_for_another_time', 'called_off', 'declined', 'cannot_reach_by_email', 'client_assigned',
        'answered_by_mail', 'clocks_changed', 'series_conflict')
    AND (EXISTS (SELECT 1 FROM appointment a WHERE a.id = task.appointment AND a.end_at <= CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT))
        OR (appointment IS NULL AND created_at <= CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT) - 90 * 86400000000))
    AND NOT EXISTS (SELECT 1 FROM assignment g
        WHERE g.account = task.account AND g.client = task.client AND g.from_at <= CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)
            AND (g.ended_at IS NULL OR g.ended_at > CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)));
