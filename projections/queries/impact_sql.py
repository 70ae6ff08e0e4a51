"""What the tables say of how tasks hang together: parts of a UNION, each (task_id, how, rows)."""

from collections.abc import Mapping

from jobs.prices.rules import BASE

# Who wrote over the task's rows, or brought the same.
LATER = """
SELECT e.task_id, 'changed' AS how, count(*) AS rows FROM row_before e WHERE e.owner = :id GROUP BY e.task_id
UNION ALL SELECT c.task_id, 'brought', count(*) FROM carried_row c
WHERE c.owner = :id AND c.task_id IS NOT NULL GROUP BY c.task_id
UNION ALL SELECT r.task_id, 'brought', count(*)
FROM repeated_transaction r JOIN bank_transaction t USING (key)
WHERE t.task_id = :id AND r.task_id <> :id GROUP BY r.task_id
"""
# What the task wrote over, or brought as well.
EARLIER = """
SELECT e.owner AS task_id, 'changed' AS how, count(*) AS rows FROM row_before e
WHERE e.task_id = :id AND e.owner IS NOT NULL GROUP BY e.owner
UNION ALL SELECT c.owner, 'brought', count(*) FROM carried_row c
WHERE c.task_id = :id AND c.owner IS NOT NULL GROUP BY c.owner
UNION ALL SELECT t.task_id, 'brought', count(*)
FROM repeated_transaction r JOIN bank_transaction t USING (key)
WHERE r.task_id = :id AND t.task_id <> :id GROUP BY t.task_id
"""
# When a recalculation or a price list had what it is made of: what began later is not in it.
MADE_AT = """
(SELECT coalesce(max(at), 'infinity') FROM (
    SELECT at FROM price_history WHERE task_id = :id
    UNION ALL SELECT taken_at FROM pricelist WHERE id = :id) m)
"""

# The quotes that a price of a recalculation is made of.
_QUOTED = """
price_history h JOIN quote q ON q.component_id = h.component_id AND q.kind = 'supplier'
    AND h.method <> 'manual' AND q.day <= (h.inputs ->> 'as_of')::date
    AND q.day > (h.inputs ->> 'as_of')::date - (h.inputs ->> 'days')::integer
"""


def _rates(amount: str, wanted: str, day: str) -> str:
    """Whose rates change an amount of one currency into another: those of the day, or the latest before."""
    return f"""
CROSS JOIN LATERAL (
    SELECT r.task_id FROM unnest(ARRAY[{amount}, {wanted}]) k (currency) CROSS JOIN LATERAL (
        SELECT r.task_id FROM currency_rate r WHERE r.currency = k.currency AND r.day <= {day}
        ORDER BY r.day DESC LIMIT 1) r
    WHERE {amount} <> {wanted} AND k.currency <> '{BASE}'
) r
"""


_PRICED = "price_history h JOIN component c ON c.id = h.component_id"
RECALCULATION = f"""
UNION ALL SELECT q.task_id, 'quotes', count(*) FROM {_QUOTED} WHERE h.task_id = :id GROUP BY q.task_id
UNION ALL SELECT r.task_id, 'rates', count(DISTINCT h.id) FROM {_QUOTED}
{_rates("q.currency", "h.currency", "q.day")} WHERE h.task_id = :id GROUP BY r.task_id
UNION ALL SELECT c.task_id, 'component', count(*) FROM {_PRICED} WHERE h.task_id = :id GROUP BY c.task_id
"""
# What a price list is made of: prices, and the rows that stand behind them now.
_ITEM = "pricelist_item i JOIN pricelist p ON p.id = i.pricelist_id"
_LIST_PRICE = """
CROSS JOIN LATERAL (
    SELECT h.task_id, h.currency, h.method, h.inputs FROM price_history h
    WHERE p.kind = 'estimate' AND h.component_id = i.component_id AND h.at <= p.taken_at
      AND (h.inputs ->> 'as_of')::date <= p.as_of
    ORDER BY (h.inputs ->> 'as_of')::date DESC, h.id DESC LIMIT 1
) h
"""
_COMPETING = """
JOIN quote q ON p.kind = 'competitor' AND q.kind = 'competitor' AND q.component_id = i.component_id
    AND q.day <= p.as_of
"""
_LOTS = "JOIN stock_lot l ON p.kind = 'warehouse' AND l.component_id = i.component_id AND l.quantity > 0"
_OF_COMPONENTS = f"{_ITEM} JOIN component c ON c.id = i.component_id"
_OF_PRICES = f"{_ITEM} {_LIST_PRICE}"
_OF_QUOTES = f"""
{_ITEM} {_LIST_PRICE} JOIN quote q ON q.component_id = i.component_id AND q.kind = 'supplier'
    AND h.method <> 'manual' AND q.day <= (h.inputs ->> 'as_of')::date
    AND q.day > (h.inputs ->> 'as_of')::date - (h.inputs ->> 'days')::integer
"""
_OF_COMPETING = f"{_ITEM} {_COMPETING}"
_OF_LOTS = f"{_ITEM} {_LOTS}"
LIST = "".join(
    f" UNION ALL SELECT {of}, '{how}', count(*) FROM {made} WHERE i.pricelist_id = :id GROUP BY {of}"
    for of, how, made in (
        ("c.task_id", "component", _OF_COMPONENTS),
        ("h.task_id", "priced", _OF_PRICES),
        ("q.task_id", "quotes", _OF_QUOTES),
        ("q.task_id", "quotes", _OF_COMPETING),
        ("l.task_id", "stock", _OF_LOTS),
    )
)
_LIST_RATES = f"""
UNION ALL SELECT {{of}}, {{how}}, count(DISTINCT i.row_no) FROM {_ITEM} {_LIST_PRICE}
{_rates("h.currency", "p.currency", "p.as_of")} WHERE {{which}} GROUP BY 1
UNION ALL SELECT {{of}}, {{how}}, count(DISTINCT i.row_no) FROM {_ITEM} {_COMPETING}
{_rates("q.currency", "p.currency", "q.day")} WHERE {{which}} GROUP BY 1
UNION ALL SELECT {{of}}, {{how}}, count(DISTINCT i.row_no) FROM {_ITEM} {_LOTS}
{_rates("l.currency", "p.currency", "coalesce(l.received, p.as_of)")} WHERE {{which}} GROUP BY 1
"""
LIST += _LIST_RATES.format(of="r.task_id", how="'rates'", which="i.pricelist_id = :id")
# Prices and lists that were made by the task's rates.
RATED = f"""
UNION ALL SELECT h.task_id, 'priced', count(DISTINCT h.id) FROM {_QUOTED}
{_rates("q.currency", "h.currency", "q.day")} WHERE h.at >= :since AND r.task_id = :id GROUP BY h.task_id
{_LIST_RATES.format(of="i.pricelist_id", how="'listed'", which="p.taken_at >= :since AND r.task_id = :id")}
"""


def _priced(made: str, of: str) -> str:
    """Recalculations whose prices were made of the task's rows: the other way round of ``RECALCULATION``."""
    counted = f"SELECT h.task_id, 'priced', count(DISTINCT h.id) FROM {made}"
    return f" UNION ALL {counted} WHERE {of} = :id AND h.at >= :since GROUP BY 1"


def _listed(made: str, of: str) -> str:
    """Price lists that were made of the task's rows: the other way round of ``LIST``."""
    counted = f"SELECT i.pricelist_id, 'listed', count(DISTINCT i.row_no) FROM {made}"
    return f" UNION ALL {counted} WHERE {of} = :id AND p.taken_at >= :since GROUP BY 1"


COMPONENTS = _priced(_PRICED, "c.task_id") + _listed(_OF_COMPONENTS, "c.task_id")
QUOTES = _priced(_QUOTED, "q.task_id") + "".join(
    _listed(made, "q.task_id") for made in (_OF_QUOTES, _OF_COMPETING)
)
# Of stock only warehouse lists are made: no recalculation looks at it.
STOCK = _listed(_OF_LOTS, "l.task_id")
PRICES = _listed(_OF_PRICES, "h.task_id")

# A transaction is linked to a contractor by its ИНН, and by its КПП where the ИНН alone is not enough.
_LINKED = """
bank_transaction t JOIN (
    SELECT c.*, (SELECT count(*) FROM contractor o WHERE o.inn = c.inn AND NOT o.retracted) = 1 AS alone
    FROM contractor c WHERE c.inn <> '' AND NOT c.retracted
) c ON t.counterparty_inn = c.inn AND (c.alone OR t.counterparty_kpp = c.kpp)
WHERE t.counterparty_inn <> '' AND NOT t.retracted
"""
LINKED_TO = f"""
UNION ALL SELECT t.task_id, 'linked', count(*) FROM {_LINKED}
AND (c.task_id = :id OR c.id IN (SELECT h.contractor_id FROM contractor_change h WHERE h.task_id = :id))
GROUP BY t.task_id
"""
CONTRACTORS = f"""
UNION ALL SELECT c.task_id, 'contractor', count(*) FROM {_LINKED} AND t.task_id = :id GROUP BY c.task_id
"""

# Which version decided, nobody keeps of each row: it is the one that was active when its task began.
_ACTIVE = """
LATERAL (
    SELECT m.id FROM classifier_activation a JOIN classifier_model m USING (version)
    WHERE a.at <= w.started_at ORDER BY a.id DESC LIMIT 1
) m
"""
_BY_MODEL = "SELECT count(*) FROM bank_transaction t WHERE t.task_id = w.id AND t.classified_by = 'model'"
CLASSIFIED = f"""
UNION ALL SELECT w.id, 'classified', b.n FROM task w JOIN {_ACTIVE} ON m.id = :id
CROSS JOIN LATERAL ({_BY_MODEL}) b (n)
WHERE w.kind = 'bank_transactions' AND w.started_at >= :since AND NOT w.dry_run AND b.n > 0
"""
MODEL = f"""
UNION ALL SELECT m.id, 'classified', b.n FROM task w CROSS JOIN {_ACTIVE}
CROSS JOIN LATERAL ({_BY_MODEL}) b (n) WHERE w.id = :id AND b.n > 0
"""
# Whose categories were decided again; what persons chose was not.
_PERIOD = """
t.booked_on BETWEEN (w.params ->> 'date_from')::date AND (w.params ->> 'date_to')::date
    AND t.classified_by IS DISTINCT FROM 'person' AND NOT t.retracted
"""
RECLASSIFIED_BY = f"""
UNION ALL SELECT w.id, 'reclassified', count(*) FROM task w JOIN bank_transaction t ON {_PERIOD}
WHERE t.task_id = :id AND w.kind = 'transactions_reclassify' AND w.status = 'completed' AND NOT w.dry_run
  AND w.started_at >= :since GROUP BY w.id
"""
RECLASSIFIED = f"""
UNION ALL SELECT t.task_id, 'reclassified', count(*) FROM task w JOIN bank_transaction t ON {_PERIOD}
LEFT JOIN task s ON s.id = t.task_id
WHERE w.id = :id AND w.status = 'completed' AND NOT w.dry_run
  AND (s.created_at IS NULL OR w.started_at >= s.created_at) GROUP BY t.task_id
"""

# By kind, beside what holds of all.
STANDING_ON: Mapping[str, str] = {
    "bank_transactions": RECLASSIFIED_BY,
    "contractors": LINKED_TO,
    "classifier_train": CLASSIFIED,
    "components": COMPONENTS,
    "quotes": QUOTES,
    "stock_import": STOCK,
    "recalculate": PRICES,
    "currency_rates": RATED,
}
STANDS_ON: Mapping[str, str] = {
    "bank_transactions": CONTRACTORS + MODEL,
    "transactions_reclassify": RECLASSIFIED,
    "recalculate": RECALCULATION,
    "pricelist_create": LIST,
}
