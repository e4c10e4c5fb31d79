-- What is due is taken in this order, so many at a time: whoever has a hundred thousand mails waiting reads no
-- more of them than that.
DROP INDEX delivery_planned;
CREATE INDEX delivery_planned ON delivery (due_at, person, id) WHERE state = 'planned';
