"""The statements by which layers are listed, looked at, and taken out.

``w`` are the rows of a batch with what was found of each: own = the task's before-image, NULL where it made
the row; above = that of who wrote over the task, NULL where nobody did.
"""

from collections.abc import Sequence

_W = """unnest(%(rows)s::text[], %(own)s::bigint[], %(above)s::bigint[], %(above_tasks)s::uuid[],
    %(above_rows)s::bigint[], %(carriers)s::uuid[], %(carrier_rows)s::bigint[])
    w (row_id, own, above, above_task, above_row, carrier, carrier_row)"""
_OF_TASK = "{e}.task_id = %(task)s AND {e}.tab = %(tab)s AND {e}.row_id = w.row_id AND {e}.layer = w.own"
_OVER_TASK = "{e}.owner = %(task)s AND {e}.tab = %(tab)s AND {e}.row_id = w.row_id AND {e}.layer = w.above"


def listing(table: str, id_type: str, *, maker_stays: bool) -> str:
    """Rows that the task wrote last, and those that others wrote over."""
    below = f"SELECT row_id FROM row_before WHERE owner = %(task)s AND tab = '{table}'"
    if not maker_stays:
        return f"SELECT id::text AS row_id FROM {table} WHERE task_id = %(task)s UNION {below}"
    return f"""
SELECT id::text AS row_id FROM {table}
WHERE task_id = %(task)s AND (changed_by IS NULL OR changed_by = task_id)
UNION SELECT e.row_id
FROM row_before e JOIN {table} t ON t.id = e.row_id::{id_type} AND t.changed_by = %(task)s
WHERE e.task_id = %(task)s AND e.tab = '{table}' UNION {below}"""


def standings(
    table: str,
    id_type: str,
    writer: str,
    *,
    shown: str,
    days: tuple[str, str],
    by_person: str,
    used: str,
    repeats: str | None,
) -> str:
    """See ``jobs.undoing.Undoing``."""
    first, last = days
    repeated = f"LEFT JOIN LATERAL ({repeats}) p ON true" if repeats else ""
    carrier = "coalesce(c.task_id, p.task_id)" if repeats else "c.task_id"
    carrier_row = "CASE WHEN c.task_id IS NULL THEN p.row_no ELSE c.row_no END" if repeats else "c.row_no"
    return f"""
SELECT w.row_id, t.row_no, {shown} AS shown,
    t.id IS NOT NULL AND ({writer} = %(task)s OR u.layer IS NOT NULL) AS mine,
    o.layer IS NULL AS made, u.layer IS NOT NULL AS covered,
    c.owner IS NOT NULL OR {carrier} IS NOT NULL AS carried, {carrier} IS NOT NULL AS named,
    coalesce({by_person}, false) AS by_person, coalesce({used}, false) AS used,
    EXISTS (SELECT FROM unknown_before b WHERE b.task_id = %(task)s) AS unknown,
    coalesce(u.task_id, {carrier}) AS other_task, {first} AS day_from, {last} AS day_to,
    o.layer AS own_layer, u.layer AS above_layer, u.task_id AS above_task, u.row_no AS above_row,
    {carrier} AS carrier, {carrier_row} AS carrier_row
FROM {{rows}} w LEFT JOIN {table} t ON t.id = w.row_id::{id_type}
LEFT JOIN LATERAL (
    SELECT e.layer, e.task_id, e.row_no FROM row_before e
    WHERE {writer} IS DISTINCT FROM %(task)s
      AND e.owner = %(task)s AND e.tab = '{table}' AND e.row_id = w.row_id
    ORDER BY e.layer DESC LIMIT 1) u ON true
LEFT JOIN LATERAL (
    SELECT e.layer, e.before FROM row_before e
    WHERE e.task_id = %(task)s AND e.tab = '{table}' AND e.row_id = w.row_id
      AND (u.layer IS NULL OR e.layer < u.layer) ORDER BY e.layer DESC LIMIT 1) o ON true
LEFT JOIN carried_row c ON c.owner = %(task)s AND c.tab = '{table}' AND c.row_id = w.row_id
{repeated}"""


# What the task brought as well is no longer known by its name.
WITHDRAW = (
    "DELETE FROM carried_row WHERE task_id = %(task)s AND NOT more",
    "UPDATE carried_row SET task_id = NULL, row_no = NULL WHERE task_id = %(task)s",
)
FORGET_CARRIERS = """
DELETE FROM carried_row WHERE owner = %(task)s AND tab = %(tab)s AND row_id = ANY(%(rows)s)
"""
_ABOVE = f"""
WITH RECURSIVE up AS (
    SELECT e.task_id, e.tab, e.row_id, e.layer FROM {_W} JOIN row_before e ON {_OVER_TASK.format(e="e")}
    UNION
    SELECT e.task_id, e.tab, e.row_id, e.layer FROM row_before e JOIN up
        ON e.owner = up.task_id AND e.tab = up.tab AND e.row_id = up.row_id AND e.layer > up.layer
)
"""
FORGET_ABOVE = (
    f"{_ABOVE} DELETE FROM carried_row c USING up"
    " WHERE c.owner = up.task_id AND c.tab = up.tab AND c.row_id = up.row_id",
    f"{_ABOVE} DELETE FROM row_before e USING up"
    " WHERE e.task_id = up.task_id AND e.tab = up.tab AND e.row_id = up.row_id AND e.layer = up.layer",
)
DROP_OWN = f"DELETE FROM row_before e USING {_W} WHERE {_OF_TASK.format(e='e')}"
_OWN_PASSES = (
    f"UPDATE row_before e SET task_id = w.carrier, row_no = w.carrier_row FROM {_W}"
    f" WHERE {_OF_TASK.format(e='e')}"
)
_DROP_ABOVE = f"DELETE FROM row_before e USING {_W} WHERE w.own IS NULL AND {_OVER_TASK.format(e='e')}"
# Whoever else brought the row has brought it for its new owner.
PASS_ON = (
    f"""INSERT INTO carried_row (owner, tab, row_id, more)
SELECT w.carrier, c.tab, c.row_id, true FROM {_W} JOIN carried_row c
    ON c.owner = %(task)s AND c.tab = %(tab)s AND c.row_id = w.row_id
WHERE c.more OR c.task_id IS NULL ON CONFLICT DO NOTHING""",
    FORGET_CARRIERS,
)


def restore(table: str, id_type: str, fields: Sequence[str]) -> str:
    """Fields that a before-image does not know, because the table has got them since, stay."""
    sets = ", ".join(f"{name} = r.{name}" for name in fields)
    return (
        f"UPDATE {table} t SET {sets} FROM {_W} JOIN row_before e ON {_OF_TASK.format(e='e')}"
        f" JOIN {table} s ON s.id = w.row_id::{id_type}"
        " CROSS JOIN LATERAL json_populate_record(s, e.before) r WHERE t.id = s.id"
    )


def hand_over(table: str, id_type: str, *, maker_stays: bool) -> tuple[str, ...]:
    """What the task wrote last becomes ``carrier``'s."""
    rows = f"FROM {_W} WHERE t.id = w.row_id::{id_type}"
    made = "task_id = w.carrier, row_no = coalesce(w.carrier_row, t.row_no)"
    if not maker_stays:
        return (f"UPDATE {table} t SET {made} {rows}", _OWN_PASSES)
    return (
        f"UPDATE {table} t SET {made}, changed_by = NULL, changed_row = NULL {rows} AND w.own IS NULL",
        f"UPDATE {table} t SET changed_by = w.carrier, changed_row = w.carrier_row {rows}"
        " AND w.own IS NOT NULL",
        _OWN_PASSES,
    )


def hand_over_below(table: str, id_type: str, *, maker_stays: bool) -> tuple[str, ...]:
    """What the task wrote below others becomes ``carrier``'s."""
    task, row = ("changed_by", "changed_row") if maker_stays else ("task_id", "row_no")
    over = f"FROM {_W} WHERE {_OVER_TASK.format(e='e')}"
    number = f"coalesce(w.carrier_row, (e.before ->> '{row}')::bigint)"
    named = f"jsonb_build_object('{task}', w.carrier, '{row}', {number})"
    if not maker_stays:
        return (
            f"UPDATE row_before e SET owner = w.carrier, before = (e.before::jsonb || {named})::json {over}",
            _OWN_PASSES,
        )
    nobody = "jsonb_build_object('changed_by', NULL, 'changed_row', NULL)"
    return (
        f"UPDATE {table} t SET task_id = w.carrier, row_no = coalesce(w.carrier_row, t.row_no)"
        f" FROM {_W} WHERE t.id = w.row_id::{id_type} AND w.own IS NULL",
        f"UPDATE row_before e SET owner = w.carrier,"
        f" before = (e.before::jsonb || CASE WHEN w.own IS NULL THEN {nobody} ELSE {named} END)::json {over}",
        _OWN_PASSES,
    )


def splice(table: str, id_type: str, *, maker_stays: bool) -> tuple[str, ...]:
    """Who wrote over the task stands on what the task had stood on."""
    lower = (
        f"UPDATE row_before u SET owner = e.owner, before = e.before FROM {_W} JOIN row_before e"
        f" ON {_OF_TASK.format(e='e')} WHERE {_OVER_TASK.format(e='u')}",
        DROP_OWN,
        _DROP_ABOVE,
    )
    if not maker_stays:
        return lower
    made = (
        f"UPDATE {table} t SET task_id = w.above_task, row_no = coalesce(w.above_row, t.row_no)"
        f" FROM {_W} WHERE t.id = w.row_id::{id_type} AND w.own IS NULL"
    )
    return (*lower, made)
