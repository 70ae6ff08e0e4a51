-- What the source itself says (статья in 1C), whatever was decided: a rule that goes gives it back.
ALTER TABLE bank_transaction ADD COLUMN source_category text;
UPDATE bank_transaction SET source_category = category WHERE classified_by = 'source';
CREATE INDEX bank_transaction_person ON bank_transaction (id) WHERE classified_by = 'person';

ALTER TABLE classification_rule
    ADD COLUMN name       text NOT NULL DEFAULT '',
    ADD COLUMN version    integer NOT NULL DEFAULT 1,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN created_by text NOT NULL DEFAULT '',
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_by text NOT NULL DEFAULT '';
CREATE INDEX classification_rule_order ON classification_rule (priority, id);

-- Every change of a rule, kept when the rule is gone. before and after are the rule's fields.
CREATE TABLE classification_rule_change (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id uuid NOT NULL,
    action  text NOT NULL CHECK (action IN ('created', 'changed', 'deleted')),
    before  jsonb,
    after   jsonb,
    author  text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX classification_rule_change_rule ON classification_rule_change (rule_id, id);

-- Every category that a person chose for a transaction, beside what stood there before.
CREATE TABLE category_choice (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id uuid NOT NULL,
    category       text NOT NULL,
    was            text,
    was_by         text,
    was_confidence real,
    author         text NOT NULL,
    at             timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX category_choice_transaction ON category_choice (transaction_id, id);

-- A text model, with its task's id. version and parameters come with its last example; until then it is
-- nothing. transactions are those it has learned from, quality is by cross-validation.
CREATE TABLE classifier_model (
    id           uuid PRIMARY KEY,
    version      integer UNIQUE,
    active       boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    threshold    double precision NOT NULL,
    expected     integer NOT NULL,
    received     integer NOT NULL DEFAULT 0,
    transactions integer,
    texts        integer,
    categories   jsonb,
    accuracy     real,
    coverage     real,
    precision    real,
    quality      jsonb,
    temperature  real,
    parameters   bytea
);
CREATE UNIQUE INDEX classifier_model_active ON classifier_model (active) WHERE active;

-- What a model that is being trained learns from, kept until it has all of it.
CREATE TABLE classifier_example (
    model_id  uuid NOT NULL,
    row_no    bigint NOT NULL,
    category  text NOT NULL,
    direction text NOT NULL,
    words     text NOT NULL,
    PRIMARY KEY (model_id, row_no)
);

CREATE TABLE classifier_activation (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version   integer NOT NULL,
    threshold double precision NOT NULL,
    author    text NOT NULL,
    at        timestamptz NOT NULL DEFAULT now()
);
