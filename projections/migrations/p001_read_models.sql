-- Names are unqualified on purpose: the same statements fill `read` and, for a rebuild, a schema beside it.
CREATE TABLE task (
    id             uuid PRIMARY KEY,
    partition      integer NOT NULL,
    "offset"       bigint NOT NULL,
    seq            integer NOT NULL,
    kind           text NOT NULL,
    status         text NOT NULL,
    outcome        text,
    attempt        integer NOT NULL,
    priority       text NOT NULL,
    dry_run        boolean NOT NULL,
    submitted_by   text NOT NULL,
    correlation_id text NOT NULL,
    created_at     timestamptz NOT NULL,
    started_at     timestamptz,
    finished_at    timestamptz,
    failure        text,
    params         jsonb NOT NULL,
    source         jsonb NOT NULL,
    base           jsonb NOT NULL,
    counts         jsonb NOT NULL,
    progress       jsonb NOT NULL,
    result         jsonb,
    error          jsonb,
    retry          jsonb,
    settled        jsonb
);
CREATE INDEX task_position ON task (partition, "offset");
CREATE INDEX task_created ON task (created_at DESC, id DESC);
CREATE INDEX task_status ON task (status, created_at DESC, id DESC);
CREATE INDEX task_kind ON task (kind, created_at DESC, id DESC);
CREATE INDEX task_submitter ON task (submitted_by, created_at DESC, id DESC);
CREATE INDEX task_outcome ON task (outcome, created_at DESC, id DESC) WHERE outcome IS NOT NULL;
CREATE INDEX task_failure ON task (failure, created_at DESC, id DESC) WHERE failure IS NOT NULL;
CREATE INDEX task_finished ON task (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE attempt (
    task_id     uuid NOT NULL,
    attempt     integer NOT NULL,
    status      text NOT NULL,
    outcome     text,
    scope       text NOT NULL,
    input       text NOT NULL,
    tries       integer NOT NULL,
    worker      text,
    rows        bigint,
    batches     integer,
    skipped     bigint NOT NULL,
    batched     jsonb NOT NULL,
    totals      jsonb,
    controls    jsonb NOT NULL,
    notes       jsonb NOT NULL,
    error       jsonb,
    queued_at   timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (task_id, attempt)
);

-- The primary key is what drops a batch that is in the log twice.
CREATE TABLE batch (
    task_id     uuid NOT NULL,
    attempt     integer NOT NULL,
    batch_no    integer NOT NULL,
    rows        integer NOT NULL,
    created     integer NOT NULL,
    updated     integer NOT NULL,
    unchanged   integer NOT NULL,
    duplicate   integer NOT NULL,
    rejected    integer NOT NULL,
    retracted   integer NOT NULL,
    skipped     integer NOT NULL,
    elapsed_ms  integer NOT NULL,
    worker      text NOT NULL,
    imported_at timestamptz NOT NULL,
    partition   integer NOT NULL,
    "offset"    bigint NOT NULL,
    PRIMARY KEY (task_id, attempt, batch_no)
);

-- Its position tells a rebuild which rows the topic, having a retention, no longer has.
CREATE TABLE reject (
    task_id      uuid NOT NULL,
    attempt      integer NOT NULL,
    row_no       bigint NOT NULL,
    batch_no     integer NOT NULL,
    raw          jsonb NOT NULL,
    field        text,
    value        text,
    code         text NOT NULL,
    args         jsonb NOT NULL,
    fingerprint  text NOT NULL,
    rejected_at  timestamptz NOT NULL,
    corrected    jsonb,
    corrected_by text,
    corrected_at timestamptz,
    partition    integer NOT NULL,
    "offset"     bigint NOT NULL,
    PRIMARY KEY (task_id, attempt, row_no)
);
CREATE INDEX reject_fingerprint ON reject (fingerprint);
CREATE INDEX reject_position ON reject (partition, "offset");

CREATE TABLE task_event (
    partition      integer NOT NULL,
    "offset"       bigint NOT NULL,
    task_id        uuid NOT NULL,
    id             text NOT NULL,
    type           text NOT NULL,
    time           timestamptz NOT NULL,
    actor          text NOT NULL,
    correlation_id text NOT NULL,
    causation_id   text,
    source         text NOT NULL,
    data           jsonb NOT NULL,
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX task_event_task ON task_event (task_id, "offset");

-- What is in a topic and no event we know: kept by position, so that nothing disappears silently.
CREATE TABLE unreadable (
    topic     text NOT NULL,
    partition integer NOT NULL,
    "offset"  bigint NOT NULL,
    reason    text NOT NULL,
    detail    text NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);

CREATE TABLE purged_task (
    id        uuid PRIMARY KEY,
    partition integer NOT NULL,
    "offset"  bigint NOT NULL,
    purged_at timestamptz NOT NULL,
    purged_by text NOT NULL
);
CREATE INDEX purged_task_position ON purged_task (partition, "offset");

-- One row per partition and status, changed by differences: counting `task` itself does not last.
CREATE TABLE task_count (
    partition integer NOT NULL,
    status    text NOT NULL,
    n         bigint NOT NULL,
    PRIMARY KEY (partition, status)
);

-- "offset" is the last one whose rows are in these tables. seen_at is when the log's end was last
-- looked at, log_end what it was then: the age of what is read here.
CREATE TABLE projection_offset (
    topic     text NOT NULL,
    partition integer NOT NULL,
    topic_id  text NOT NULL,
    "offset"  bigint NOT NULL,
    log_end   bigint,
    seen_at   timestamptz,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
