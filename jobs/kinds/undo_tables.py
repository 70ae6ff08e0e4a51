"""The tables whose rows can be given back."""

from jobs.kinds.undo_layers import Layered

_CHANGED = ("changed_by", "changed_row")
_WRITTEN = ("task_id", "row_no")
# A before-image has the category that stood there; what a person chose since, or said of the row as a
# duplicate, is somebody's work.
_BY_PERSON = """
(t.classified_by = 'person' AND (o.before ->> 'classified_by' IS DISTINCT FROM 'person'
    OR o.before ->> 'category' IS DISTINCT FROM t.category))
OR (o.layer IS NULL AND (
    EXISTS (SELECT FROM duplicate_decision d WHERE d.current AND d.file_id = t.id)
    OR EXISTS (SELECT FROM duplicate_decision d WHERE d.current AND d.onec_id = t.id)))
"""
TRANSACTIONS = Layered(
    "bank_transaction",
    "uuid",
    (
        *("number", "date", "booked_on", "direction", "amount", "currency", "account", "counterparty_name"),
        *("counterparty_inn", "counterparty_kpp", "counterparty_account", "purpose", "category"),
        *("classified_by", "confidence", "data_version", "retracted", "warnings", "source_category"),
        *_CHANGED,
    ),
    "t.number",
    maker_stays=True,
    days=(
        "least(t.booked_on, (o.before ->> 'booked_on')::date)",
        "greatest(t.booked_on, (o.before ->> 'booked_on')::date)",
    ),
    booked=True,
    by_person=_BY_PERSON,
    # As text: in the order of an index over tasks all of it would be read for each row.
    repeats="""SELECT r.task_id, r.row_no FROM repeated_transaction r
    WHERE r.key = t.key AND r.task_id <> %(task)s ORDER BY r.task_id::text, r.row_no LIMIT 1""",
    withdrawn="DELETE FROM repeated_transaction WHERE task_id = %(task)s",
    taken_over="""
DELETE FROM repeated_transaction r
USING unnest(%(rows)s::text[], %(carriers)s::uuid[]) w (row_id, carrier)
JOIN bank_transaction t ON t.id = w.row_id::uuid
WHERE r.key = t.key AND r.task_id = w.carrier AND t.task_id = w.carrier AND r.row_no = t.row_no
""",
)
_FORGET_CHANGE = """
DELETE FROM contractor_change WHERE task_id = %(task)s AND contractor_id = ANY(%(rows)s::uuid[])
"""
CONTRACTORS = Layered(
    "contractor",
    "uuid",
    (
        *("key", "code", "name", "full_name", "kind", "inn", "kpp", "okpo", "data_version", "retracted"),
        *("warnings", "updated_at"),
        *_CHANGED,
    ),
    "t.name",
    maker_stays=True,
    after_remove="DELETE FROM contractor_change WHERE contractor_id = ANY(%(rows)s::uuid[])",
    after_restore=_FORGET_CHANGE,
)
COMPONENTS = Layered(
    "component",
    "bigint",
    (
        *("code", "name", "vendor", "category", "unit", "method", "manual_price", "coefficient", "rounding"),
        *("currency", *_WRITTEN),
    ),
    "t.code",
    used="""EXISTS (SELECT FROM quote q WHERE q.component_id = t.id)
    OR EXISTS (SELECT FROM stock_lot l WHERE l.component_id = t.id)
    OR EXISTS (SELECT FROM part_number n WHERE n.component_id = t.id)""",
    after_remove="DELETE FROM price_history WHERE component_id = ANY(%(rows)s::bigint[])",
)
PART_NUMBERS = Layered(
    "part_number",
    "uuid",
    ("number", "vendor", "component_id", *_WRITTEN),
    "t.number",
    by_person="t.author IS DISTINCT FROM o.before ->> 'author'",
)
QUOTES = Layered(
    "quote",
    "bigint",
    ("component_id", "supplier", "kind", "price", "currency", "quantity", "day", *_WRITTEN),
    "t.supplier",
    days=("t.day", "t.day"),
)
LOTS = Layered(
    "stock_lot",
    "bigint",
    (
        *("component_id", "number", "warehouse", "lot", "unit", "quantity", "unit_cost", "currency"),
        *("received", *_WRITTEN),
    ),
    "t.number",
)
RATES = Layered(
    "currency_rate",
    "bigint",
    ("rate", *_WRITTEN),
    "t.currency || ' ' || t.day",
    days=("t.day", "t.day"),
)
