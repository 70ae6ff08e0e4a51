"""What a price list consists of, by its kind: one query over one moment."""

from collections.abc import Mapping

from jobs.prices.statements import converted, median, quotient, unrated

_CURRENCY, _DAY = "%(currency)s::text", "%(as_of)s::date"
# A component's step is of its own currency and of its own price; all else is rounded to these.
_DECIMALS = 2
_COMPONENT = "c.id AS component_id, c.code, c.code_key, c.name, c.vendor, c.category, c.unit"

# Сметный: the price that was made for the latest day on or before the list's, which a later day's is not;
# by the rates of the day of the list where it is in another currency.
_DAY_OF_PRICE = "(h.inputs ->> 'as_of')::date"
_ESTIMATE = f"""
SELECT {_COMPONENT}, NULL::numeric AS quantity, p.price,
    {unrated("p.price", "p.currency", _CURRENCY, _DAY)} AS unrated
FROM component c LEFT JOIN LATERAL (
    SELECT known.currency, CASE WHEN known.currency = {_CURRENCY} THEN known.new
        ELSE round({converted("known.new", "known.currency", _CURRENCY, _DAY)}, {_DECIMALS}) END AS price
    FROM (
        SELECT h.new, h.currency FROM price_history h
        WHERE h.component_id = c.id AND {_DAY_OF_PRICE} <= {_DAY}
        ORDER BY {_DAY_OF_PRICE} DESC, h.id DESC LIMIT 1
    ) known OFFSET 0
) p ON true
"""
# Складской: what is there, at the weighted cost of the lots whose cost is known, if any is.
_WAREHOUSE = f"""
SELECT {_COMPONENT}, s.quantity, s.unrated, CASE WHEN s.unrated IS NULL
    THEN round({quotient("s.amount", "s.costed")}, {_DECIMALS}) END AS price
FROM component c JOIN (
    SELECT component_id, sum(quantity) AS quantity, sum(cost * quantity) AS amount,
        sum(quantity) FILTER (WHERE unit_cost IS NOT NULL) AS costed,
        min({unrated("cost", "lots.currency", _CURRENCY, "lots.day")})
            FILTER (WHERE unit_cost IS NOT NULL) AS unrated
    FROM (
        SELECT l.component_id, l.quantity, l.unit_cost, l.currency, l.day,
            {converted("l.unit_cost", "l.currency", _CURRENCY, "l.day")} AS cost
        FROM (SELECT *, coalesce(received, {_DAY}) AS day FROM stock_lot) l WHERE l.quantity > 0 OFFSET 0
    ) lots GROUP BY component_id
) s ON s.component_id = c.id
"""
# По конкурентам: the median of what competitors ask, by the rates of the days of their quotes.
_COMPETITOR = f"""
SELECT {_COMPONENT}, NULL::numeric AS quantity, q.unrated, CASE WHEN q.unrated IS NULL
    THEN round(q.median, {_DECIMALS}) END AS price
FROM component c LEFT JOIN (
    SELECT component_id, {median("price", "price IS NOT NULL")} AS median,
        min({unrated("price", "found.currency", _CURRENCY, "found.day")}) AS unrated
    FROM (
        SELECT q.component_id, q.currency, q.day,
            {converted("q.price", "q.currency", _CURRENCY, "q.day")} AS price
        FROM quote q WHERE q.kind = 'competitor'
            AND q.day > {_DAY} - %(days)s::integer AND q.day <= {_DAY} OFFSET 0
    ) found GROUP BY component_id
) q ON q.component_id = c.id
"""
# What has no price stands last, so that the items are numbered without gaps; first of that what lacks a rate.
_ITEMS = """
SELECT component_id, code, name, vendor, category, unit, quantity, price, unrated FROM ({found}) listed
ORDER BY price IS NULL, unrated IS NULL, code_key
"""
ITEMS: Mapping[str, str] = {
    kind: _ITEMS.format(found=found)
    for kind, found in (("estimate", _ESTIMATE), ("warehouse", _WAREHOUSE), ("competitor", _COMPETITOR))
}
