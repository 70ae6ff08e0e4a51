"""Which tasks are meant: a filter, and the SQL it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from projections.queries import kept, paging


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Each one that is set must hold. ``submitted_by`` is a user's name or id, ``q`` a task's id or a part
    of its file's name."""

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
    "q": "t.id IN (SELECT f.task_id FROM intake f WHERE f.file_name ILIKE :q)",
}


def conditions(wanted: TaskFilter) -> tuple[str, dict[str, Any]]:
    """The filter as a condition on ``task t``, and its parameters."""
    parameters: dict[str, Any] = {}
    found = ["true"]
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
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
