-- Verdicts of a dry run, or of a real run those that differ from the preview it was started from: a batch
-- a row, packed (zstd of JSON), because a million rows are looked at by the page.
CREATE TABLE preview_batch (
    task_id   uuid NOT NULL,
    attempt   integer NOT NULL,
    batch_no  integer NOT NULL,
    first_row bigint NOT NULL,
    last_row  bigint NOT NULL,
    -- How many rows of each verdict are inside, in the order of events.records.VERDICTS.
    counts    integer[] NOT NULL,
    verdicts  bytea NOT NULL,
    PRIMARY KEY (task_id, attempt, batch_no)
);
CREATE INDEX preview_batch_rows ON preview_batch (task_id, attempt, first_row);
