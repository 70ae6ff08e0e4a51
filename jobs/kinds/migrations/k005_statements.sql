-- By what 1C's document and a bank's row are looked for as the same payment. Only 1C's documents are in it: an index over
-- all rows costs a statement's import 3 µs a row (of 11), this one nothing.
CREATE INDEX bank_transaction_onec ON bank_transaction (account, amount, booked_on)
    WHERE data_version IS NOT NULL AND NOT retracted;

-- What a person said of a bank's row and a document of 1C that may be the same payment. Nothing is overwritten: a changed
-- mind is a row more, and one of each pair is current.
CREATE TABLE duplicate_decision (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id    uuid NOT NULL,
    onec_id    uuid NOT NULL,
    decision   text NOT NULL CHECK (decision IN ('same', 'different')),
    current    boolean NOT NULL DEFAULT true,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX duplicate_decision_pair ON duplicate_decision (file_id, onec_id) WHERE current;
CREATE INDEX duplicate_decision_onec ON duplicate_decision (onec_id) WHERE current;
-- One payment has one partner.
CREATE UNIQUE INDEX duplicate_decision_file_once ON duplicate_decision (file_id) WHERE current AND decision = 'same';
CREATE UNIQUE INDEX duplicate_decision_onec_once ON duplicate_decision (onec_id) WHERE current AND decision = 'same';

-- Rows of a statement that an earlier one had brought: counted as duplicates, not stored again.
CREATE TABLE repeated_transaction (
    task_id uuid NOT NULL,
    row_no  bigint NOT NULL,
    key     uuid NOT NULL,
    PRIMARY KEY (task_id, row_no)
);
CREATE INDEX repeated_transaction_key ON repeated_transaction (key);

-- Which days a statement speaks of and with which balances it begins and ends, a row for each section; written by the
-- reader. Whether its task counts is asked when it is looked at.
CREATE TABLE statement_period (
    task_id  uuid NOT NULL,
    account  text NOT NULL,
    place    integer NOT NULL,
    day_from date NOT NULL,
    day_to   date NOT NULL CHECK (day_to >= day_from),
    opening  numeric,
    closing  numeric,
    PRIMARY KEY (task_id, account, place)
);
CREATE INDEX statement_period_days ON statement_period (account, day_to, day_from);

-- Contractors that a task has changed; those that it made are known by contractor.task_id.
CREATE TABLE contractor_change (
    task_id       uuid NOT NULL,
    contractor_id uuid NOT NULL,
    PRIMARY KEY (task_id, contractor_id)
);

-- Keys of a dry run, with the latest row of each and a digest of it, so that the next row of a key is told rightly in
-- another batch; written by importers, and forgotten when a later dry run begins.
CREATE TABLE preview_key (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    key     bytea NOT NULL,
    content bytea NOT NULL,
    row_no  bigint NOT NULL,
    PRIMARY KEY (task_id, attempt, key)
);
