"""A person's choice of a category: kept with the transaction and its author, and as history that teaches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.classifier_models import Chosen

# In the order of their ids, so that two who choose never wait for each other in a circle.
_LOCKED = """
SELECT id, counterparty_inn AS inn, direction, category, classified_by, confidence FROM bank_transaction
WHERE id = ANY(:ids) AND NOT retracted ORDER BY id FOR NO KEY UPDATE
"""
_CHOOSE = """
UPDATE bank_transaction t SET category = n.category, classified_by = 'person', confidence = 1
FROM unnest(CAST(:ids AS uuid[]), CAST(:categories AS text[])) AS n (id, category) WHERE t.id = n.id
"""
_KEEP = """
INSERT INTO category_choice (transaction_id, category, was, was_by, was_confidence, author)
VALUES (:id, :new, :category, :classified_by, :confidence, :author)
"""
# A transaction counts once: what was chosen before is taken back.
_TEACH = """
INSERT INTO confirmed_category AS c (inn, direction, category, times)
VALUES (:inn, :direction, :category, greatest(0, :times))
ON CONFLICT (inn, direction, category) DO UPDATE
SET times = greatest(0, c.times + :times), last_at = now()
"""


async def choose(
    connection: AsyncConnection, ids: Sequence[UUID], category: str | None, author: str
) -> list[Chosen]:
    """Give the transactions ``category``, or confirm the one that each has. What is chosen already stays."""
    found = (await connection.execute(text(_LOCKED), {"ids": list(ids)})).mappings()
    rows: dict[UUID, dict[str, Any]] = {row["id"]: dict(row) for row in found}
    new = {id: category or row["category"] for id, row in rows.items()}
    fresh = [id for id, row in rows.items() if new[id] and not _stands(row, new[id])]
    if fresh:
        chosen = {"ids": fresh, "categories": [new[id] for id in fresh]}
        await connection.execute(text(_CHOOSE), chosen)
        kept = [{**rows[id], "new": new[id], "author": author} for id in fresh]
        await connection.execute(text(_KEEP), kept)
        await _teach(connection, [(rows[id], new[id]) for id in fresh])
    return [_chosen(id, rows.get(id), new.get(id)) for id in dict.fromkeys(ids)]


async def _teach(connection: AsyncConnection, chosen: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    """By counterparty and direction; without ИНН there is nobody to know it by."""
    times: Counter[tuple[str, str, str]] = Counter()
    for row, new in chosen:
        if row["inn"] and row["direction"] in ("in", "out"):
            times[row["inn"], row["direction"], new] += 1
            if row["classified_by"] == "person" and row["category"]:
                times[row["inn"], row["direction"], row["category"]] -= 1
    lessons = [
        {"inn": inn, "direction": direction, "category": category, "times": count}
        for (inn, direction, category), count in sorted(times.items())
        if count
    ]
    if lessons:
        await connection.execute(text(_TEACH), lessons)


def _stands(row: Mapping[str, Any], new: str) -> bool:
    return bool(row["classified_by"] == "person" and row["category"] == new)


def _chosen(id: UUID, row: Mapping[str, Any] | None, new: str | None) -> Chosen:
    if row is None:
        return Chosen(id=id, result="unknown", category=None)
    if not new:
        return Chosen(id=id, result="unclassified", category=None)
    if _stands(row, new):
        return Chosen(id=id, result="unchanged", category=new)
    return Chosen(id=id, result="confirmed" if row["category"] == new else "changed", category=new)
