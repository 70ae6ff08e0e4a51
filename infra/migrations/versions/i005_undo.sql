-- Undos that were accepted, the latest of each task: written by the conductor, worked on by importers a batch a transaction,
-- read back by the conductor when told is false and finished_at is set.
CREATE TABLE undo (
    task_id     uuid PRIMARY KEY,
    partition   integer NOT NULL,
    kind        text NOT NULL,
    attempt     integer NOT NULL,
    force       boolean NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    -- Rows to look at; NULL until they are listed.
    total       bigint,
    done        bigint NOT NULL DEFAULT 0,
    removed     bigint NOT NULL DEFAULT 0,
    restored    bigint NOT NULL DEFAULT 0,
    conflicts   bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    told        boolean NOT NULL DEFAULT false
);
CREATE INDEX undo_open ON undo (accepted_at) WHERE finished_at IS NULL;
CREATE INDEX undo_untold ON undo (partition) WHERE finished_at IS NOT NULL AND NOT told;
