-- A task writes one table: tab need not be in an index, which saves a fifth of what this costs.
-- What a row was before a task wrote over it. Layers of one row hang together: task_id wrote over what owner had left (NULL =
-- a person). Rows that a task made have none: they carry its id. No personal data beyond what the tables themselves have.
CREATE TABLE row_before (
    task_id uuid NOT NULL,
    tab     text NOT NULL,
    row_id  text NOT NULL,
    layer   bigint GENERATED ALWAYS AS IDENTITY,
    owner   uuid,
    row_no  bigint,
    before  json NOT NULL
);
CREATE INDEX row_before_task ON row_before (task_id, row_id);
CREATE INDEX row_before_owner ON row_before (owner, row_id);

-- Who brought a row exactly as owner had left it: the first such task, and whether there were more. It is NULL where the
-- first was undone and others are no longer known by name.
CREATE TABLE carried_row (
    owner   uuid NOT NULL,
    tab     text NOT NULL,
    row_id  text NOT NULL,
    task_id uuid,
    row_no  bigint,
    more    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (owner, row_id)
);
CREATE INDEX carried_row_task ON carried_row (task_id);

-- Tasks that wrote before before-images were kept: whether they made a row or changed it nobody knows.
CREATE TABLE unknown_before (
    task_id uuid PRIMARY KEY
);
INSERT INTO unknown_before
SELECT task_id FROM component UNION SELECT task_id FROM part_number WHERE task_id IS NOT NULL UNION SELECT task_id FROM quote
UNION SELECT task_id FROM stock_lot UNION SELECT task_id FROM currency_rate
UNION SELECT task_id FROM contractor_change UNION SELECT task_id FROM contractor WHERE data_version IS NOT NULL
UNION SELECT task_id FROM bank_transaction WHERE data_version IS NOT NULL;

-- The task and row that have changed a transaction last; task_id and row_no are those that made it.
ALTER TABLE bank_transaction ADD COLUMN changed_by uuid, ADD COLUMN changed_row bigint;
-- A rate is known to its before-images by a number, as every other row is.
ALTER TABLE currency_rate ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX currency_rate_id ON currency_rate (id);
CREATE INDEX price_history_task ON price_history (task_id, id);

-- Rows that the undo of a task is to look at, in their order.
CREATE TABLE undo_row (
    task_id uuid NOT NULL,
    place   bigint NOT NULL,
    row_id  text NOT NULL,
    PRIMARY KEY (task_id, place)
);
-- Rows that the latest undo of a task could not simply give back, and why. action is what was done all the same.
CREATE TABLE undo_conflict (
    task_id    uuid NOT NULL,
    place      bigint NOT NULL,
    tab        text NOT NULL,
    row_id     text NOT NULL,
    row_no     bigint,
    shown      text NOT NULL,
    reason     text NOT NULL,
    other_task uuid,
    action     text NOT NULL,
    PRIMARY KEY (task_id, place)
);
