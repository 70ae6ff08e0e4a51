"""The rules of ``jobs.prices.rules`` as SQL: one statement prices a batch, one query takes a price list."""

from jobs.prices.rules import BASE, QUOTIENT_DECIMALS, RAW_DECIMALS

# PostgreSQL's quotient has as many decimals as its operands, at least.
_PADDED = "0." + "0" * QUOTIENT_DECIMALS


def quotient(value: str, by: str) -> str:
    return f"round(({value} + {_PADDED}) / ({by}), {QUOTIENT_DECIMALS})"


def rate(currency: str, day: str) -> str:
    """The latest rate on or before the day, NULL where none is known."""
    return (
        f"CASE WHEN {currency} = '{BASE}' THEN 1 ELSE (SELECT r.rate FROM currency_rate r"
        f" WHERE r.currency = {currency} AND r.day <= {day} ORDER BY r.day DESC LIMIT 1) END"
    )


def converted(amount: str, currency: str, wanted: str, day: str) -> str:
    """Looked up only where the currencies differ, which is rare."""
    exchanged = quotient(f"{amount} * ({rate(currency, day)})", rate(wanted, day))
    return f"CASE WHEN {currency} = {wanted} THEN {amount} ELSE {exchanged} END"


def unrated(price: str, currency: str, wanted: str, day: str) -> str:
    """The currency whose rate is missing, NULL where the price could be converted."""
    missing = f"CASE WHEN ({rate(currency, day)}) IS NULL THEN {currency} ELSE {wanted} END"
    return f"CASE WHEN {price} IS NULL THEN {missing} END"


def rounded(value: str, step: str) -> str:
    return f"round({quotient(value, step)}) * {step}"


def median(value: str, condition: str) -> str:
    """Exact: percentile_cont knows floating point only."""
    halves = [
        f"percentile_disc(0.5) WITHIN GROUP (ORDER BY {value}{order}) FILTER (WHERE {condition})"
        for order in ("", " DESC")
    ]
    return quotient(" + ".join(halves), "2")


_PRICED = f"""
SELECT c.id, c.method, c.currency, c.coefficient, c.rounding, c.price AS old, q.quotes, q.unrated,
    CASE c.method WHEN 'manual' THEN c.manual_price
        WHEN 'weighted_avg' THEN round({quotient("q.amount", "q.quantity")}, {RAW_DECIMALS})
        WHEN 'median' THEN round(q.median, {RAW_DECIMALS})
        ELSE round(q.latest, {RAW_DECIMALS}) END AS raw
FROM component c LEFT JOIN (
    SELECT id, count(*) AS quotes,
        min({unrated("price", "found.currency", "wanted", "found.day")}) AS unrated,
        sum(price * quantity) FILTER (WHERE method = 'weighted_avg') AS amount,
        sum(quantity) FILTER (WHERE method = 'weighted_avg') AS quantity,
        {median("price", "method = 'median'")} AS median,
        (array_agg(price ORDER BY day DESC, price) FILTER (WHERE method = 'latest'))[1] AS latest
    FROM (
        SELECT c.id, c.method, q.day, q.quantity, q.currency, c.currency AS wanted,
            {converted("q.price", "q.currency", "c.currency", "q.day")} AS price
        FROM component c JOIN quote q ON q.component_id = c.id AND q.kind = 'supplier'
            AND q.day > %(as_of)s::date - %(days)s::integer AND q.day <= %(as_of)s::date
        WHERE {{which}} AND c.method <> 'manual'
        OFFSET 0  -- or every sum would look the rate up for itself
    ) found GROUP BY id
) q USING (id)
WHERE {{which}}
"""
_CHANGES = "new IS NOT NULL AND unrated IS NULL AND new IS DISTINCT FROM old"
_FINAL = f"""
priced AS MATERIALIZED (
    SELECT p.*, {rounded("raw * coefficient", "rounding")} AS new FROM ({{priced}}) p
)"""
PRICED = f"WITH {_FINAL.format(priced=_PRICED)}"
# Locked in key order before they are written, and only where there is something to write.
RECALCULATE = f"""
{PRICED.format(which="c.id = ANY(%(ids)s)")},
locked AS MATERIALIZED (
    SELECT id FROM component WHERE id IN (SELECT id FROM priced WHERE {_CHANGES})
    ORDER BY id FOR NO KEY UPDATE
),
written AS (
    UPDATE component c SET price = p.new, priced_at = now() FROM priced p JOIN locked USING (id)
    WHERE c.id = p.id RETURNING c.id, old.price AS before, new.price AS price
),
kept AS (
    INSERT INTO price_history (component_id, old, new, currency, method, inputs, task_id)
    SELECT p.id, w.before, w.price, p.currency, p.method,
        jsonb_build_object('as_of', %(as_of)s::date, 'days', %(days)s::integer, 'quotes', coalesce(quotes, 0),
            'price', p.raw::text, 'coefficient', p.coefficient::text, 'rounding', p.rounding::text),
        %(task)s::uuid
    FROM priced p JOIN written w USING (id) ORDER BY p.id
)
SELECT p.id, p.unrated, p.new::text, p.old::text, w.id IS NOT NULL
FROM priced p LEFT JOIN written w USING (id)
"""
COMPONENTS = "SELECT id, code FROM component ORDER BY id"
