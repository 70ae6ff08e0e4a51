"""What stands on a task's rows, and what a task stands on: as far as the tables still say it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST = 500

# Who wrote over the task's rows, or brought the same.
_LATER = """
SELECT e.task_id, 'changed' AS how, count(*) AS rows FROM row_before e WHERE e.owner = :id GROUP BY e.task_id
UNION ALL SELECT c.task_id, 'brought', count(*) FROM carried_row c
WHERE c.owner = :id AND c.task_id IS NOT NULL GROUP BY c.task_id
UNION ALL SELECT r.task_id, 'brought', count(*)
FROM repeated_transaction r JOIN bank_transaction t USING (key)
WHERE t.task_id = :id AND r.task_id <> :id GROUP BY r.task_id
"""
# The components that the task has made or quoted; prices and lists that were made of them since.
_COMPONENTS = """
SELECT c.id FROM component c WHERE c.task_id = :id
UNION SELECT q.component_id FROM quote q WHERE q.task_id = :id
UNION SELECT l.component_id FROM stock_lot l WHERE l.task_id = :id
"""
_PRICES = f"""
UNION ALL SELECT h.task_id, 'priced', count(*) FROM price_history h
WHERE h.component_id IN ({_COMPONENTS}) AND h.task_id <> :id AND h.at >= :since GROUP BY h.task_id
UNION ALL SELECT i.pricelist_id, 'listed', count(*)
FROM pricelist_item i JOIN pricelist p ON p.id = i.pricelist_id
WHERE i.component_id IN ({_COMPONENTS}) AND p.taken_at >= :since GROUP BY i.pricelist_id
"""
# What the task wrote over.
_EARLIER = """
SELECT e.owner AS task_id, 'changed' AS how, count(*) AS rows FROM row_before e
WHERE e.task_id = :id AND e.owner IS NOT NULL GROUP BY e.owner
"""
# What a price list is made of: prices, and the rows that stand behind them now.
_LIST = """
UNION ALL SELECT s.task_id, s.how, count(*) FROM pricelist_item i JOIN pricelist p ON p.id = i.pricelist_id
CROSS JOIN LATERAL (
    SELECT c.task_id, 'component' AS how FROM component c WHERE c.id = i.component_id
    UNION ALL SELECT q.task_id, 'quotes' FROM quote q
    WHERE q.component_id = i.component_id AND q.day <= p.as_of
    UNION ALL SELECT l.task_id, 'stock' FROM stock_lot l
    WHERE l.component_id = i.component_id AND p.kind = 'warehouse'
    UNION ALL (SELECT h.task_id, 'priced' FROM price_history h
               WHERE h.component_id = i.component_id AND h.at <= p.taken_at ORDER BY h.id DESC LIMIT 1)
) s WHERE i.pricelist_id = :id GROUP BY s.task_id, s.how
"""
# What a recalculation was made of: the quotes of the components that it priced.
_RECALCULATION = """
UNION ALL SELECT q.task_id, 'quotes', count(*) FROM price_history h JOIN quote q USING (component_id)
WHERE h.task_id = :id AND q.kind = 'supplier' AND q.day <= (h.inputs ->> 'as_of')::date
  AND q.day > (h.inputs ->> 'as_of')::date - (h.inputs ->> 'days')::integer GROUP BY q.task_id
"""
_NAMED = """
SELECT s.task_id, s.how, s.rows, t.kind, t.status, t.outcome, t.created_at
FROM ({found}) s LEFT JOIN task t ON t.id = s.task_id WHERE s.task_id <> :id
ORDER BY s.task_id DESC, s.how LIMIT :most
"""


async def standing_on(connection: AsyncConnection, task_id: UUID, since: Any) -> Sequence[Mapping[str, Any]]:
    """Tasks that wrote over its rows, brought the same, or made prices and lists of them since it began."""
    return await _found(connection, _LATER + _PRICES, {"id": task_id, "since": since})


async def stands_on(connection: AsyncConnection, task_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Tasks whose rows it wrote over or was made of."""
    return await _found(connection, _EARLIER + _LIST + _RECALCULATION, {"id": task_id})


async def _found(
    connection: AsyncConnection, statement: str, parameters: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    rows = await connection.execute(text(_NAMED.format(found=statement)), {**parameters, "most": MOST})
    return [dict(row) for row in rows.mappings()]
