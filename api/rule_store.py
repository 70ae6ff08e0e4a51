"""Rules in PostgreSQL: each change under its version, and kept with who made it."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import Problem
from api.rule_models import RuleFields
from jobs.classify import Rule
from jobs.patterns import BadPattern

MOST_RULES = 500
_FIELDS = (
    "category",
    "name",
    "priority",
    "inn",
    "account",
    "direction",
    "purpose",
    "is_pattern",
    "amount_from",
    "amount_to",
    "stop",
    "enabled",
)
_CONDITIONS = ("inn", "account", "direction", "purpose", "amount_from", "amount_to")
_HOLES = ", ".join(f":{name}" for name in _FIELDS)
_SETS = ", ".join(f"{name} = :{name}" for name in _FIELDS)
# Not more than there may be, even where two are made at once.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('classification_rule'))"
_COUNT = "SELECT count(*) FROM classification_rule"
_INSERT = f"""
INSERT INTO classification_rule ({", ".join(_FIELDS)}, created_by, updated_by)
VALUES ({_HOLES}, :author, :author) RETURNING *
"""
_ONE = "SELECT * FROM classification_rule WHERE id = :id"
_UPDATE = f"""
UPDATE classification_rule SET {_SETS}, version = version + 1, updated_at = now(), updated_by = :author
WHERE id = :id RETURNING *
"""
_DELETE = "DELETE FROM classification_rule WHERE id = :id"
_KEEP = """
INSERT INTO classification_rule_change (rule_id, action, before, after, author)
VALUES (:id, :action, CAST(:before AS jsonb), CAST(:after AS jsonb), :author)
"""

Row = dict[str, Any]


def checked(wanted: RuleFields, rule_id: str = "new") -> Rule:
    """The rule as it classifies; raises the problem of one that makes no sense."""
    fields = wanted.model_dump(exclude={"name", "priority", "enabled", "version"})
    if all(fields[name] is None for name in _CONDITIONS):
        raise Problem(422, "rule_without_condition", field="purpose")
    if wanted.purpose is not None and not wanted.purpose.strip():
        raise Problem(422, "rule_without_condition", field="purpose")
    if None not in (wanted.amount_from, wanted.amount_to) and fields["amount_from"] > fields["amount_to"]:
        raise Problem(422, "amounts_reversed", field="amount_to")
    try:
        return Rule(id=rule_id, **fields)
    except BadPattern as error:
        raise Problem(422, error.code, field="purpose", reason=error.reason) from error


async def add(connection: AsyncConnection, wanted: RuleFields, author: str) -> UUID:
    """A new rule's id; at most 500, because each is looked at for every row of an import."""
    await connection.execute(text(_LOCK))
    if int(await connection.scalar(text(_COUNT)) or 0) >= MOST_RULES:
        raise Problem(409, "too_many_rules", most=MOST_RULES)
    row = await _row(connection, _INSERT, {**_values(wanted), "author": author})
    await _kept(connection, "created", None, row, author)
    return UUID(str(row["id"]))


async def change(
    connection: AsyncConnection, rule_id: UUID, wanted: RuleFields, version: int, author: str
) -> None:
    """Give a rule other fields, if it is still of ``version``. The same fields again change nothing."""
    before = await locked(connection, rule_id, version)
    values = _values(wanted)
    if all(before[name] == values[name] for name in _FIELDS):
        return
    row = await _row(connection, _UPDATE, {**values, "id": rule_id, "author": author})
    await _kept(connection, "changed", before, row, author)


async def remove(connection: AsyncConnection, rule_id: UUID, version: int, author: str) -> None:
    before = await locked(connection, rule_id, version)
    await connection.execute(text(_DELETE), {"id": rule_id})
    await _kept(connection, "deleted", before, None, author)


async def locked(connection: AsyncConnection, rule_id: UUID, version: int) -> Row:
    """The rule as it stands, kept from others until the end; 404, or 409 where it was changed meanwhile."""
    found = (await connection.execute(text(f"{_ONE} FOR UPDATE"), {"id": rule_id})).mappings().one_or_none()
    if found is None:
        raise unknown(rule_id)
    if found["version"] != version:
        raise Problem(409, "rule_changed", field="version", version=found["version"], asked=version)
    return dict(found)


def unknown(rule_id: UUID) -> Problem:
    return Problem(404, "rule_unknown", field="rule_id", rule_id=str(rule_id))


def _values(wanted: RuleFields) -> Row:
    return wanted.model_dump(include=set(_FIELDS))


async def _row(connection: AsyncConnection, statement: str, parameters: Row) -> Row:
    return dict((await connection.execute(text(statement), parameters)).mappings().one())


async def _kept(
    connection: AsyncConnection, action: str, before: Row | None, after: Row | None, author: str
) -> None:
    known = before or after
    assert known is not None
    parameters = {"id": known["id"], "action": action, "author": author}
    await connection.execute(text(_KEEP), {**parameters, "before": _json(before), "after": _json(after)})


def _json(row: Row | None) -> str | None:
    if row is None:
        return None
    kept = {name: row[name] for name in (*_FIELDS, "version")}
    return orjson.dumps(kept, default=str).decode()
