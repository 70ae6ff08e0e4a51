"""``GET /tasks/{id}/attempts/{a}/diff/{b}``: what two attempts of a task did differently."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path

from api.context import LanguageDep, Reading
from api.headings import headings_of
from api.problems import Problem
from api.replay_models import AttemptDiff, AttemptSide, DiffBatches, DiffRow, DiffRows, RowReason
from api.responses import reads
from api.security import Reader
from api.shown import attempt_counts
from api.tasks import Cursor, Limit, found
from events.records import VERDICTS
from infra.wording import Language, word
from jobs.formats.tables.headings import Headings
from projections.queries import differences

router = APIRouter(tags=["tasks"])

Number = Annotated[int, Path(ge=1, le=1_000_000)]
Row = dict[str, Any]


@router.get("/tasks/{task_id:uuid}/attempts/{first}/diff/{second}", responses=reads(404))
async def diff_attempts(
    task_id: UUID,
    first: Number,
    second: Number,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AttemptDiff:
    """Counts, batches, and the rows that one rejected and the other did not, or for another reason. What only
    one of the two did at all is no difference."""
    task = await found(connection, task_id)
    one, other = [await _attempt(connection, task_id, number) for number in (first, second)]
    page = await differences.rows(connection, task_id, one, other, cursor, limit)
    sides = _side(one), _side(other)
    counts = {name: getattr(sides[1].counts, name) - getattr(sides[0].counts, name) for name in VERDICTS}
    headings = await headings_of(connection, task)
    names = headings.of(first), headings.of(second)
    return AttemptDiff(
        first=sides[0],
        second=sides[1],
        counts=counts,
        batches=DiffBatches(**await differences.batches(connection, task_id, first, second)),
        rows=DiffRows(**await differences.sums(connection, task_id, one, other)),
        items=[_row(row, names, language) for row in page.items],
        next_cursor=page.next_cursor,
    )


async def _attempt(connection: Reading, task_id: UUID, number: int) -> Row:
    row = await differences.attempt(connection, task_id, number)
    if row is None:
        raise Problem(404, "attempt_unknown", attempt=number)
    return row


def _side(row: Row) -> AttemptSide:
    return AttemptSide(**{**row, "counts": attempt_counts(row)})


def _row(row: Row, names: tuple[Headings, Headings], language: Language) -> DiffRow:
    return DiffRow(
        row_no=row["row_no"],
        change=row["change"],
        first=_reason(row["one"], row["row_no"], names[0], language),
        second=_reason(row["other"], row["row_no"], names[1], language),
    )


def _reason(told: Row | None, row_no: int, headings: Headings, language: Language) -> RowReason | None:
    if told is None:
        return None
    named = {"field": told["field"], "value": told["value"], "row": row_no, **told["args"]}
    return RowReason(
        code=told["code"],
        message=word(told["code"], named, language),
        field=headings.name(told["field"]),
        value=told["value"],
    )
