"""Which tasks are meant: a filter, and the SQL it becomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import kept, paging


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Each one that is set must hold. ``submitted_by`` is a user's name or id, ``q`` a task's id or a part
    of its file's name; ``ids`` are the tasks that ``q`` has found, where they are few."""

    status: Sequence[str] = ()
    kind: Sequence[str] = ()
    outcome: Sequence[str] = ()
    submitted_by: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    failure: str | None = None
    retrying: bool | None = None
    input_expires_soon: bool | None = None
    q: str | None = None
    ids: Sequence[str] | None = None


# What never changes of a task, and so held at any time.
FIXED = ("kind", "submitted_by", "created_from", "created_to", "q", "ids")
CHANGING = ("status", "outcome", "failure", "retrying", "input_expires_soon")
# So many tasks are looked up one by one in 20 ms; where a text is in more names than that, the newest of all
# tasks are read until a page is full.
MOST_NAMED = 3_000
# Of a person or a period so many are read sooner than any name is looked up; both are parts of one index.
FEW = 1_000
_CLOSE = ("submitted_by", "created_from", "created_to")
_NAMED = """
SELECT f.task_id::text FROM intake f
WHERE name_parts(f.file_name) @> ARRAY(SELECT lower(part) FROM unnest(CAST(:parts AS text[])) part)
  AND f.file_name ILIKE :q LIMIT :most
"""

_CONDITIONS = {
    "status": "t.status = ANY(:status)",
    "kind": "t.kind = ANY(:kind)",
    "outcome": "t.outcome = ANY(:outcome)",
    "submitted_by": (
        "t.submitted_by = COALESCE("
        "(SELECT 'user:' || id FROM users WHERE name = :submitted_by), 'user:' || :submitted_by)"
    ),
    "created_from": "t.created_at >= :created_from",
    "created_to": "t.created_at < :created_to",
    "failure": "t.failure = :failure",
    "retrying": "(t.retry IS NOT NULL) = :retrying",
    "input_expires_soon": kept.EXPIRES_SOON,
    # As a value, not a join: asked only of the tasks that the other conditions let through.
    "q": "(SELECT f.file_name FROM intake f WHERE f.task_id = t.id) ILIKE :q",
    "ids": "t.id = ANY(CAST(:ids AS uuid[]))",
}


async def named(
    connection: AsyncConnection, wanted: TaskFilter, most: int = MOST_NAMED, few: int = FEW
) -> TaskFilter:
    """The filter with the ids of the tasks instead of ``q``, where at most ``most`` files have it in their
    names, and more than a few tasks are of the person and the period that are asked for."""
    words = wanted.q
    if words is None or _uuid(words) or len(words) < 2 or await _few(connection, wanted, few):
        return wanted
    # Two places tell a name apart nearly as well as all; each costs 10 ms where it is in most names.
    places = {0, max(0, len(words) - 3)}
    parts = [words[place : place + 3] for place in sorted(places)]
    looked = {"parts": parts, "q": paging.like(words), "most": most + 1}
    ids = list(await connection.scalars(text(_NAMED), looked))
    return wanted if len(ids) > most else replace(wanted, q=None, ids=ids)


async def _few(connection: AsyncConnection, wanted: TaskFilter, most: int) -> bool:
    """Whether what is left by the person and the period can be tried one by one."""
    where, parameters = conditions(wanted, _CLOSE)
    if not parameters:
        return False
    counted = f"SELECT count(*) FROM (SELECT FROM task t WHERE {where} LIMIT :more) t"
    found = await connection.scalar(text(counted), parameters | {"more": most + 1})
    return int(found or 0) <= most


def conditions(wanted: TaskFilter, names: Iterable[str] = (*FIXED, *CHANGING)) -> tuple[str, dict[str, Any]]:
    """The filter, or what it says of ``names``, as a condition on ``task t``, and its parameters."""
    parameters: dict[str, Any] = {}
    found = ["true"]
    for name in names:
        value, condition = getattr(wanted, name), _CONDITIONS[name]
        if value is None or value == ():
            continue
        # Said as the index has it: a comparison with a parameter would walk through all tasks.
        if name == "retrying":
            condition = f"t.retry IS {'NOT NULL' if value else 'NULL'}"
        if name == "input_expires_soon":
            found.append(condition if value else f"{condition} IS NOT TRUE")
            continue
        found.append("t.id = :q" if name == "q" and _uuid(value) else condition)
        parameters[name] = _parameter(name, value)
    return " AND ".join(found), parameters


def _parameter(name: str, value: Any) -> Any:
    if name == "q":
        return _uuid(value) or paging.like(value)
    return list(value) if isinstance(value, tuple | list) else value


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words.strip())
    except ValueError:
        return None
