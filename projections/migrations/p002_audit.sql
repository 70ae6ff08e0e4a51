-- The trail is the log, message by message: `value` is the message's text, `data` is read out of it. `number`
-- and `hash` are the event's place in its task's chain. `repeated` events changed nothing.
DROP TABLE task_event;
CREATE TABLE task_event (
    partition      integer NOT NULL,
    "offset"       bigint NOT NULL,
    task_id        uuid NOT NULL,
    number         integer NOT NULL,
    kind           text,
    repeated       boolean NOT NULL,
    id             text NOT NULL,
    type           text NOT NULL,
    time           timestamptz NOT NULL,
    actor          text NOT NULL,
    correlation_id text NOT NULL,
    causation_id   text,
    source         text NOT NULL,
    value          text NOT NULL,
    hash           bytea NOT NULL,
    data           jsonb GENERATED ALWAYS AS (replace(value, '\u0000', '\u2400')::jsonb) VIRTUAL,
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX task_event_task ON task_event (task_id, "offset");
CREATE INDEX task_event_time ON task_event (time DESC, partition DESC, "offset" DESC);
CREATE INDEX task_event_kind ON task_event (kind, time DESC, partition DESC, "offset" DESC);
-- Nine of ten events are of two types and of no person: those are found by walking over the time.
CREATE INDEX task_event_type ON task_event (type, time DESC, partition DESC, "offset" DESC)
    WHERE type NOT IN ('task.batch_imported.v1', 'task.progressed.v1');
CREATE INDEX task_event_person ON task_event (actor, time DESC, partition DESC, "offset" DESC)
    WHERE actor LIKE 'user:%';
CREATE INDEX task_event_words ON task_event USING gin (to_tsvector('simple', left(value, 20000)))
    WHERE type NOT IN
        ('task.batch_imported.v1', 'task.progressed.v1', 'task.started.v1', 'task.source_read.v1');

-- The latest time of a task's events up to and including this one: what "as of" goes by.
ALTER TABLE task ADD COLUMN seen_at timestamptz NOT NULL;

-- How each task stood from `at` until before `until`; status NULL = it had left the lists.
CREATE TABLE task_standing (
    task_id      uuid NOT NULL,
    "offset"     bigint NOT NULL,
    partition    integer NOT NULL,
    at           timestamptz NOT NULL,
    until        timestamptz,
    status       text,
    before       text,
    outcome      text,
    failure      text,
    retry        timestamptz,
    kind         text NOT NULL,
    submitted_by text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (task_id, "offset")
);
CREATE INDEX task_standing_at ON task_standing (at);
CREATE INDEX task_standing_created ON task_standing (created_at DESC, task_id DESC);
CREATE INDEX task_standing_status ON task_standing (status, created_at DESC, task_id DESC);

-- By how many the tasks in a status grew within a minute and within a day (UTC): counters as of a time are
-- whole days, then whole minutes, then the changes of one minute.
CREATE TABLE task_count_change (
    grain     text NOT NULL,
    bucket    timestamptz NOT NULL,
    partition integer NOT NULL,
    status    text NOT NULL,
    n         bigint NOT NULL,
    PRIMARY KEY (grain, bucket, partition, status)
);

-- The whole view after every 100th event of a task, so that "as of" folds 100 events at most.
CREATE TABLE task_snapshot (
    task_id  uuid NOT NULL,
    "offset" bigint NOT NULL,
    at       timestamptz NOT NULL,
    task     jsonb NOT NULL,
    attempts jsonb NOT NULL,
    PRIMARY KEY (task_id, "offset")
);
