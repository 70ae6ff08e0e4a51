-- What an attempt after the first does, decided once (zstd of JSON): whoever reads it does the same.
CREATE TABLE replay_plan (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    -- The attempt whose reading of the source numbers its rows and batches.
    origin  integer NOT NULL,
    scope   text NOT NULL CHECK (scope IN ('all', 'unfinished', 'rejected')),
    plan    bytea NOT NULL,
    PRIMARY KEY (task_id, attempt)
);
-- The latest form that a person gave to a rejected row; what is loaded again takes it.
CREATE TABLE IF NOT EXISTS correction (
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL,
    raw          jsonb NOT NULL,
    corrected_by text NOT NULL,
    corrected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_id     uuid NOT NULL,
    PRIMARY KEY (task_id, row_no, event_id)
);
