-- Corrections of rejected rows as they were accepted, before the log has them, and what a redrive reads:
-- of each row the one with the greatest number. Row data, like everything personal, is here and on topic
-- `rejects`; topic `tasks` has row_hash.
CREATE TABLE correction (
    -- Of row.corrected.v1; that of task.row_corrected.v1 is made from it.
    event_id     uuid PRIMARY KEY,
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL,
    -- 1 is a row's first correction; two people who saw the same one cannot both be the next.
    number       integer NOT NULL,
    -- Whose rejection it corrects; an attempt that reads its source anew numbers its rows anew.
    attempt      integer NOT NULL,
    raw          jsonb NOT NULL,
    row_hash     text NOT NULL,
    corrected_by text NOT NULL,
    corrected_at timestamptz NOT NULL,
    published_at timestamptz,
    UNIQUE (task_id, row_no, number)
);
CREATE INDEX correction_unpublished ON correction (corrected_at) WHERE published_at IS NULL;
