-- One row a target: the event that asks it for something, or why nothing is asked (`skipped`).
CREATE TABLE bulk_target (
    bulk_id      uuid NOT NULL,
    attempt      integer NOT NULL,
    row_no       bigint NOT NULL,
    task_id      uuid NOT NULL,
    event_id     uuid,
    value        bytea,
    headers      jsonb,
    skipped      text,
    published_at timestamptz,
    PRIMARY KEY (bulk_id, attempt, row_no),
    CHECK ((event_id IS NULL) = (skipped IS NOT NULL))
);
CREATE INDEX bulk_target_unpublished ON bulk_target (bulk_id, row_no) WHERE published_at IS NULL AND event_id IS NOT NULL;
