-- key is the identity between imports (Transaction.key), 16 bytes kept as uuid.
CREATE TABLE bank_transaction (
    id                   uuid PRIMARY KEY DEFAULT uuidv7(),
    key                  uuid NOT NULL,
    number               text NOT NULL,
    date                 date NOT NULL,
    booked_on            date NOT NULL,
    direction            text NOT NULL,
    amount               numeric(18, 2) NOT NULL,
    currency             text NOT NULL,
    account              text NOT NULL,
    counterparty_name    text NOT NULL,
    counterparty_inn     text NOT NULL,
    counterparty_kpp     text NOT NULL,
    counterparty_account text NOT NULL,
    purpose              text NOT NULL,
    category             text,
    classified_by        text,
    confidence           real,
    data_version         text,
    retracted            boolean NOT NULL DEFAULT false,
    demo                 boolean NOT NULL DEFAULT false,
    warnings             text[] NOT NULL DEFAULT '{}',
    task_id              uuid NOT NULL,
    row_no               bigint NOT NULL
);
CREATE UNIQUE INDEX bank_transaction_key ON bank_transaction (key);
CREATE INDEX bank_transaction_booked ON bank_transaction (booked_on DESC, id DESC);
CREATE INDEX bank_transaction_task ON bank_transaction (task_id, row_no);

-- A user's rule: every condition that is set must hold; lower priority comes first.
CREATE TABLE classification_rule (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    priority    integer NOT NULL DEFAULT 100,
    category    text NOT NULL,
    inn         text,
    account     text,
    direction   text,
    purpose     text,
    is_pattern  boolean NOT NULL DEFAULT false,
    amount_from numeric(18, 2),
    amount_to   numeric(18, 2),
    stop        boolean NOT NULL DEFAULT true,
    enabled     boolean NOT NULL DEFAULT true
);

-- What persons confirmed, by counterparty and direction.
CREATE TABLE confirmed_category (
    inn       text NOT NULL,
    direction text NOT NULL,
    category  text NOT NULL,
    times     integer NOT NULL DEFAULT 1,
    last_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (inn, direction, category)
);
