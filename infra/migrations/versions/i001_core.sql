CREATE TABLE users (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    name          text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('user', 'manager', 'admin')),
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- Keys that must be the same in every process and can be deleted (of the HMACs in the log).
CREATE TABLE secret_key (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);

-- Submissions as they were accepted, before the log has them: the synchronous answer to
-- "same key", "same file" and "just accepted". What is personal (file names) stays here.
CREATE TABLE intake (
    task_id         uuid PRIMARY KEY,
    event_id        uuid NOT NULL,
    actor           text NOT NULL,
    kind            text NOT NULL,
    priority        text NOT NULL,
    idempotency_key text,
    body_hash       bytea NOT NULL,
    file_hash       text,
    file_name       text,
    active          boolean NOT NULL DEFAULT true,
    value           bytea NOT NULL,
    headers         jsonb NOT NULL,
    submitted_at    timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz
);
CREATE UNIQUE INDEX intake_key ON intake (actor, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX intake_file ON intake (file_hash) WHERE active AND file_hash IS NOT NULL;
CREATE INDEX intake_unpublished ON intake (submitted_at) WHERE published_at IS NULL;

-- Texts that came from outside (1C's messages), pointed to by ErrorInfo.detail_id.
CREATE TABLE error_detail (
    id         uuid PRIMARY KEY,
    task_id    uuid NOT NULL,
    detail     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX error_detail_task ON error_detail (task_id);

-- Conductor ---------------------------------------------------------------------------------
CREATE TABLE conductor_offset (
    partition integer PRIMARY KEY,
    topic_id  text NOT NULL,
    "offset"  bigint NOT NULL
);
CREATE TABLE task_state (
    task_id    uuid PRIMARY KEY,
    partition  integer NOT NULL,
    state      jsonb NOT NULL,
    spec       jsonb NOT NULL DEFAULT '{}',
    due_at     timestamptz,
    -- For admission: what waits, in which order, and what it counts towards.
    waiting    boolean NOT NULL DEFAULT false,
    queued_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind       text NOT NULL DEFAULT '',
    source_key text NOT NULL DEFAULT '',
    submitter  text NOT NULL DEFAULT ''
);
CREATE INDEX task_state_due ON task_state (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX task_state_waiting ON task_state (queued_at) WHERE waiting;

-- Lifecycle events decided but not yet acknowledged by the broker; a row leaves with the ack.
CREATE TABLE outbox (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition integer NOT NULL,
    task_id   uuid NOT NULL,
    event_id  uuid NOT NULL UNIQUE,
    value     bytea NOT NULL,
    headers   jsonb NOT NULL
);

-- The fence: an importer commits only while its attempt is 'current'.
CREATE TABLE attempt (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    state   text NOT NULL CHECK (state IN ('current', 'cancelled', 'finished')),
    PRIMARY KEY (task_id, attempt)
);
CREATE INDEX attempt_current ON attempt (task_id) WHERE state = 'current';

-- Reader ------------------------------------------------------------------------------------
CREATE TABLE read_lease (
    task_id    uuid NOT NULL,
    attempt    integer NOT NULL,
    tries      integer NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'done')),
    holder     text,
    expires_at timestamptz,
    cursor     jsonb NOT NULL DEFAULT '{"batch_no": 0, "row": 0}',
    takeovers  integer NOT NULL DEFAULT 0,
    queued_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (task_id, attempt)
);
CREATE INDEX read_lease_open ON read_lease (queued_at) WHERE state <> 'done';

CREATE TABLE recorded_batch (
    task_id      uuid NOT NULL,
    attempt      integer NOT NULL,
    batch_no     integer NOT NULL,
    topic        text NOT NULL,
    partition    integer NOT NULL,
    "offset"     bigint NOT NULL,
    first_row    bigint NOT NULL,
    rows         integer NOT NULL,
    content_hash bytea NOT NULL,
    PRIMARY KEY (task_id, attempt, batch_no)
);

-- Stated and found per account, with the account's number (the log has its keyed hash).
CREATE TABLE reconciliation (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    account text NOT NULL,
    total   jsonb NOT NULL,
    PRIMARY KEY (task_id, attempt, account)
);

-- Importer ----------------------------------------------------------------------------------
CREATE TABLE applied_batch (
    task_id      uuid NOT NULL,
    attempt      integer NOT NULL,
    batch_no     integer NOT NULL,
    content_hash bytea NOT NULL,
    -- In the order of events.records.VERDICTS; NULL only within the transaction that fills it.
    counts       integer[],
    event        bytea,
    rejects      bytea,
    applied_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (task_id, attempt, batch_no)
);

-- Deliveries that ended with neither outcome nor exception: the third makes the batch poison.
CREATE TABLE batch_delivery (
    task_id    uuid NOT NULL,
    attempt    integer NOT NULL,
    batch_no   integer NOT NULL,
    deliveries integer NOT NULL,
    PRIMARY KEY (task_id, attempt, batch_no)
);
