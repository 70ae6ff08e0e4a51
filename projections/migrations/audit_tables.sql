-- Roots as they were signed: written here first, then published, again and again until the log has them.
CREATE TABLE audit_root (
    partition integer NOT NULL,
    number    integer NOT NULL,
    first     bigint NOT NULL,
    last      bigint NOT NULL,
    tasks     integer NOT NULL,
    root      text NOT NULL,
    previous  text NOT NULL,
    at        text NOT NULL,
    key       text NOT NULL,
    signature text NOT NULL,
    published boolean NOT NULL DEFAULT false,
    PRIMARY KEY (partition, number)
);
CREATE INDEX audit_root_last ON audit_root (partition, last);
CREATE INDEX audit_root_waiting ON audit_root (partition, number) WHERE NOT published;

-- Who read rejected rows, or took an export. Ids and names of filters, nothing that was read.
CREATE TABLE access_event (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time           timestamptz NOT NULL DEFAULT clock_timestamp(),
    type           text NOT NULL,
    actor          text NOT NULL,
    task_id        uuid,
    correlation_id text NOT NULL,
    data           jsonb NOT NULL
);
CREATE INDEX access_event_time ON access_event (time DESC, id DESC);
CREATE INDEX access_event_actor ON access_event (actor, time DESC, id DESC);
CREATE INDEX access_event_task ON access_event (task_id, time DESC, id DESC);
