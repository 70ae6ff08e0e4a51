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
