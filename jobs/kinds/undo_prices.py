"""A recalculation is given back by its history: prices get their earlier values, and it its earlier end."""

from collections.abc import Sequence

from jobs.kinds import price_days
from jobs.undoing import Connection, Decided

_NEXT = "SELECT n.id, n.task_id FROM price_history n WHERE n.component_id = t.component_id AND n.id > t.id"
_ROWS = "t.id = ANY(%(rows)s::bigint[])"
# Forced: what was recalculated since goes too.
_LATER = f"""
DELETE FROM price_history n USING price_history t
WHERE {_ROWS} AND n.component_id = t.component_id AND n.id > t.id
"""
_RESTORE = f"""
UPDATE component c SET price = t.old, priced_at = (
    SELECT b.at FROM price_history b WHERE b.component_id = t.component_id AND b.id < t.id
    ORDER BY b.id DESC LIMIT 1)
FROM price_history t WHERE {_ROWS} AND c.id = t.component_id
"""
_SPLICE = f"""
UPDATE price_history u SET old = t.old FROM price_history t
WHERE {_ROWS} AND u.id = (SELECT min(n.id) FROM ({_NEXT}) n)
"""
_DROP = f"DELETE FROM price_history t WHERE {_ROWS}"


class Prices:
    """A recalculation that left a price as it was has no share in it: undoing the one before gives the price
    before that, and the next recalculation finds the right one again."""

    table = "price_history"
    booked = False
    listing = "SELECT id::text AS row_id FROM price_history WHERE task_id = %(task)s"
    locking = """
SELECT FROM component WHERE id IN (SELECT component_id FROM price_history WHERE id = ANY(%(rows)s::bigint[]))
ORDER BY id FOR NO KEY UPDATE
"""
    standings = f"""
SELECT w.row_id, NULL::bigint AS row_no, c.code AS shown, t.id IS NOT NULL AS mine, false AS made,
    u.id IS NOT NULL AS covered, false AS carried, false AS named, false AS by_person, false AS used,
    false AS unknown, u.task_id AS other_task, NULL::date AS day_from, NULL::date AS day_to
FROM {{rows}} w LEFT JOIN price_history t ON t.id = w.row_id::bigint
LEFT JOIN component c ON c.id = t.component_id LEFT JOIN LATERAL ({_NEXT} ORDER BY n.id LIMIT 1) u ON true
"""

    async def withdraw(self, connection: Connection, task_id: str) -> None:
        """It never brings what others have brought; where it has changed no price its day is free again."""
        await connection.execute(price_days.FORGET, {"task": task_id})

    async def give_back(
        self, connection: Connection, task_id: str, decided: Sequence[Decided], *, force: bool
    ) -> None:
        restored = [one.row.row_id for one in decided if one.action == "restore"]
        spliced = [one.row.row_id for one in decided if one.action == "splice"]
        if restored and force:
            await connection.execute(_LATER, {"rows": restored})
        if restored:
            await connection.execute(_RESTORE, {"rows": restored})
        if spliced:
            await connection.execute(_SPLICE, {"rows": spliced})
        await connection.execute(_DROP, {"rows": [*restored, *spliced]})
        await connection.execute(price_days.FORGET, {"task": task_id})
