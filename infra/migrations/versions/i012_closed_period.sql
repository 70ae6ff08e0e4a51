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
