-- Rows that were used although something in them looks wrong: a wrong ИНН, say. The log has only their number.
CREATE TABLE warned_row (
    task_id uuid NOT NULL,
    row_no  bigint NOT NULL,
    attempt integer NOT NULL,
    key     text NOT NULL,
    codes   text[] NOT NULL,
    args    jsonb NOT NULL,
    PRIMARY KEY (task_id, row_no, attempt)
);
