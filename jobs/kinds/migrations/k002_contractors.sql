-- Контрагенты. key is the identity between imports (Contractor.key), 16 bytes kept as uuid.
CREATE TABLE contractor (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    key          uuid NOT NULL,
    code         text NOT NULL,
    name         text NOT NULL,
    full_name    text NOT NULL,
    kind         text NOT NULL,
    inn          text NOT NULL,
    kpp          text NOT NULL,
    okpo         text NOT NULL,
    data_version text,
    retracted    boolean NOT NULL DEFAULT false,
    warnings     text[] NOT NULL DEFAULT '{}',
    updated_at   timestamptz NOT NULL DEFAULT now(),
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL
);
CREATE UNIQUE INDEX contractor_key ON contractor (key);
CREATE INDEX contractor_name ON contractor (lower(name), id);
-- Whose transactions are these: looked for by ИНН and КПП, by ИНН alone where that is enough.
CREATE INDEX contractor_inn ON contractor (inn, kpp) WHERE inn <> '' AND NOT retracted;
CREATE INDEX contractor_task ON contractor (task_id, row_no);
-- And the other way round.
CREATE INDEX bank_transaction_inn ON bank_transaction (counterparty_inn, counterparty_kpp, booked_on DESC)
    WHERE counterparty_inn <> '';
