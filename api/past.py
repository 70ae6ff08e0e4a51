"""``?as_of=``: a moment in the past, and what changed between two of them."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from api import shown
from api.context import LanguageDep, Reading
from api.models import TaskCountsByStatus, TaskInfo
from api.problems import Problem
from api.responses import reads
from api.security import Reader
from infra.wording import Language
from projections.position import BadPosition, Position
from projections.queries import past, purged
from projections.queries.past import Moment

router = APIRouter(tags=["tasks"])

_SAID = Query(
    max_length=64,
    description="A time (ISO 8601; without a zone it is UTC), or a position `partition:offset`.",
    examples=["2026-03-03T09:00:00Z", "3:41"],
)
AsOfText = Annotated[str | None, _SAID]
# Earlier or later than this PostgreSQL's and Python's calendars part.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class FieldChange(BaseModel):
    """A field of a task, nested ones with dots, as it was and as it became."""

    field: str
    before: Any
    after: Any


class TaskDiff(BaseModel):
    """``before`` and ``after`` are null where the task was not in the list."""

    before: TaskInfo | None
    after: TaskInfo | None
    changes: list[FieldChange]


class CountsDiff(BaseModel):
    """Tasks by status at two moments, and by how much they differ."""

    before: TaskCountsByStatus
    after: TaskCountsByStatus
    change: dict[str, int]


def moment(said: str, field: str = "as_of") -> Moment:
    """What a person said; raises a problem that names the field."""
    try:
        if len(parts := said.split(":")) == 2 and all(part.isdecimal() for part in parts):
            return _position(said)
        # A plus sign in a query is a space.
        found = datetime.fromisoformat(said.strip().replace(" ", "+") if "T" in said else said.strip())
    except ValueError as error:
        raise Problem(422, "as_of_invalid", field=field) from error
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not _EARLIEST <= found <= _LATEST:
        raise Problem(422, "as_of_invalid", field=field)
    return found


def _position(said: str) -> Position:
    found = Position.parse(said)
    if found.offset >= 2**63 or found.partition >= 2**31:
        raise BadPosition(said)
    return found


async def _as_of(as_of: AsOfText = None) -> Moment | None:
    return None if as_of is None else moment(as_of)


AsOf = Annotated[Moment | None, Depends(_as_of)]


async def task_then(
    connection: AsyncConnection, task_id: UUID, then: Moment, language: Language, field: str = "as_of"
) -> TaskInfo:
    """The task as it was shown; 404 tells not yet from not any more."""
    try:
        row = await past.one(connection, task_id, then)
    except BadPosition as error:
        raise Problem(422, "as_of_invalid", field=field) from error
    if row is not None:
        return shown.task_info(row, language)
    gone = await purged.was_purged(connection, task_id)
    code = "task_purged" if gone else "task_not_then"
    raise Problem(404, code, field="task_id", task_id=str(task_id))


async def time_of(connection: AsyncConnection, then: Moment, field: str = "as_of") -> datetime:
    """The time of a moment: of a position, when its event was seen."""
    if isinstance(then, datetime):
        return then
    found = await past.moment_of(connection, then)
    if found is None:
        raise Problem(422, "as_of_invalid", field=field)
    return found


From = Annotated[str, Query(alias="from", max_length=64, description="As `as_of`.")]
To = Annotated[str, Query(max_length=64, description="As `as_of`.")]


@router.get("/tasks/{task_id:uuid}/diff", responses=reads(404))
async def task_diff(
    task_id: UUID, _: Reader, connection: Reading, language: LanguageDep, begin: From, to: To
) -> TaskDiff:
    """What changed about a task between two moments."""
    found: list[TaskInfo | None] = []
    missing: Problem | None = None
    for said, field in ((begin, "from"), (to, "to")):
        try:
            found.append(await task_then(connection, task_id, moment(said, field), language, field))
        except Problem as problem:
            if problem.status_code != 404:
                raise
            found.append(None)
            missing = problem
    before, after = found
    if missing is not None and before is after:
        raise missing
    return TaskDiff(before=before, after=after, changes=_changes(_flat(before), _flat(after)))


@router.get("/tasks/counts/diff", responses=reads())
async def counts_diff(_: Reader, connection: Reading, begin: From, to: To) -> CountsDiff:
    """By how much the counters differ between two moments."""
    before, after = [
        await past.counts(connection, await time_of(connection, moment(said, field), field))
        for said, field in ((begin, "from"), (to, "to"))
    ]
    return CountsDiff(
        before=TaskCountsByStatus(**before),
        after=TaskCountsByStatus(**after),
        change={status: after[status] - n for status, n in before.items()},
    )


def _flat(task: TaskInfo | None) -> dict[str, Any]:
    return {} if task is None else dict(_leaves("", task.model_dump(mode="json")))


def _leaves(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        return [(name, value)]
    return [leaf for key, item in value.items() for leaf in _leaves(f"{name}.{key}" if name else key, item)]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    names = list(dict.fromkeys([*before, *after]))
    return [
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
