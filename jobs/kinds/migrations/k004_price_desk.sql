-- Номенклатура. code_key is the code in capitals: what a file is matched by.
CREATE TABLE component (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         text NOT NULL,
    code_key     text NOT NULL,
    name         text NOT NULL,
    vendor       text NOT NULL,
    category     text NOT NULL,
    unit         text NOT NULL,
    method       text NOT NULL CHECK (method IN ('weighted_avg', 'median', 'latest', 'manual')),
    manual_price numeric(20, 6) CHECK (manual_price >= 0),
    coefficient  numeric(12, 6) NOT NULL CHECK (coefficient > 0),
    rounding     numeric(12, 6) NOT NULL CHECK (rounding > 0),
    currency     text NOT NULL,
    price        numeric(20, 6),
    priced_at    timestamptz,
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL
);
CREATE UNIQUE INDEX component_code ON component (code_key);

-- A vendor's own number for a component (артикул); without a vendor it is anybody's.
CREATE TABLE part_number (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    vendor       text NOT NULL,
    vendor_key   text NOT NULL,
    number       text NOT NULL,
    number_key   text NOT NULL,
    component_id bigint NOT NULL REFERENCES component,
    task_id      uuid,
    row_no       bigint,
    author       text
);
CREATE UNIQUE INDEX part_number_key ON part_number (number_key, vendor_key);
CREATE INDEX part_number_component ON part_number (component_id);

-- Цена поставщика or a competitor's. key is its identity between imports: everything but the price: a supplier may ask
-- another one for another quantity.
CREATE TABLE quote (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          uuid NOT NULL,
    component_id bigint NOT NULL REFERENCES component,
    supplier     text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('supplier', 'competitor')),
    price        numeric(20, 6) NOT NULL CHECK (price >= 0),
    currency     text NOT NULL,
    quantity     numeric(20, 6) NOT NULL CHECK (quantity > 0),
    day          date NOT NULL,
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL
);
CREATE UNIQUE INDEX quote_key ON quote (key);
-- A price is made of this index alone, 2,000,000 quotes or not.
CREATE INDEX quote_prices ON quote (component_id, kind, day) INCLUDE (currency, price, quantity);
CREATE INDEX quote_day ON quote (day DESC, id DESC);

-- Остатки. key is warehouse, part and lot: a file replaces what the same warehouse had under it.
CREATE TABLE stock_lot (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          uuid NOT NULL,
    component_id bigint NOT NULL REFERENCES component,
    number       text NOT NULL,
    warehouse    text NOT NULL,
    lot          text NOT NULL,
    unit         text NOT NULL,
    quantity     numeric(20, 6) NOT NULL CHECK (quantity >= 0),
    unit_cost    numeric(20, 6) CHECK (unit_cost >= 0),
    currency     text NOT NULL,
    received     date,
    task_id      uuid NOT NULL,
    row_no       bigint NOT NULL
);
CREATE UNIQUE INDEX stock_lot_key ON stock_lot (key);
CREATE INDEX stock_lot_component ON stock_lot (component_id);

-- Roubles for one unit of a currency, from this day until the next that is known.
CREATE TABLE currency_rate (
    currency text NOT NULL,
    day      date NOT NULL,
    rate     numeric(20, 10) NOT NULL CHECK (rate > 0),
    task_id  uuid NOT NULL,
    row_no   bigint NOT NULL,
    PRIMARY KEY (currency, day)
);

-- One row for every price that changed; inputs says what it was made of.
CREATE TABLE price_history (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    component_id bigint NOT NULL,
    old          numeric(20, 6),
    new          numeric(20, 6) NOT NULL,
    currency     text NOT NULL,
    method       text NOT NULL,
    inputs       jsonb NOT NULL,
    task_id      uuid NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX price_history_component ON price_history (component_id, id DESC);

-- Прайс-лист. id is its task's; number comes with the last item, in one commit: what has a number is whole.
CREATE TABLE pricelist (
    id       uuid PRIMARY KEY,
    number   bigint UNIQUE,
    kind     text NOT NULL CHECK (kind IN ('estimate', 'warehouse', 'competitor')),
    currency text NOT NULL,
    as_of    date NOT NULL,
    taken_at timestamptz NOT NULL,
    expected integer NOT NULL,
    items    integer NOT NULL DEFAULT 0
);
CREATE TABLE pricelist_item (
    pricelist_id uuid NOT NULL,
    row_no       bigint NOT NULL,
    component_id bigint NOT NULL,
    code         text NOT NULL,
    name         text NOT NULL,
    vendor       text NOT NULL,
    category     text NOT NULL,
    unit         text NOT NULL,
    price        numeric(20, 6) NOT NULL,
    quantity     numeric(20, 6),
    PRIMARY KEY (pricelist_id, row_no)
);
