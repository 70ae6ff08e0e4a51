-- Up to which day, included, bookings are closed: the latest row counts, NULL = everything is open. Nothing is overwritten.
CREATE TABLE closed_period (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    closed_until date,
    reason       text NOT NULL,
    set_by       uuid NOT NULL,
    set_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Why an administrator let a request touch it: the log has the id, the words are here.
CREATE TABLE closed_period_override (
    id       uuid PRIMARY KEY,
    task_id  uuid NOT NULL,
    request  text NOT NULL CHECK (request IN ('submit', 'replay', 'undo')),
    reason   text NOT NULL,
    given_by uuid NOT NULL,
    given_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX closed_period_override_task ON closed_period_override (task_id);

ALTER TABLE undo ADD COLUMN closed_period_override uuid, ADD COLUMN touched_closed bigint NOT NULL DEFAULT 0;

-- The log's own time of a recorded batch: its retention counts from there. NULL where nobody kept it.
ALTER TABLE recorded_batch ADD COLUMN recorded_at timestamptz;
UPDATE recorded_batch r SET recorded_at = a.applied_at FROM applied_batch a
WHERE (a.task_id, a.attempt, a.batch_no) = (r.task_id, r.attempt, r.batch_no);
-- How long the log keeps a topic of recorded batches, as the broker says it; NULL = for ever.
CREATE TABLE topic_retention (
    topic    text PRIMARY KEY,
    kept_for interval,
    seen_at  timestamptz NOT NULL DEFAULT now()
);

-- Tasks that cleanup took out of the lists and whose data is still here: removed some rows a transaction.
CREATE TABLE leftover (
    task_id   uuid PRIMARY KEY,
    kind      text NOT NULL,
    purged_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO leftover (task_id, kind) SELECT task_id, kind FROM task_state WHERE state ->> 'name' = 'purged';
