-- How an attempt reads its table. found is NULL where no header was known: then wanted says what was looked for.
-- first_rows are of the file: they are shown beside it, and are no matter for the log.
CREATE TABLE table_mapping (
    task_id    uuid NOT NULL,
    attempt    integer NOT NULL,
    layout     text NOT NULL,
    found      jsonb,
    wanted     jsonb NOT NULL,
    first_rows jsonb NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (task_id, attempt)
);
CREATE INDEX table_mapping_rows ON table_mapping (at) WHERE first_rows <> '[]';

-- What a person has said of a kind's files, to be said again by its name.
CREATE TABLE table_template (
    kind     text NOT NULL,
    name     text NOT NULL,
    wishes   jsonb NOT NULL,
    author   text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name)
);
