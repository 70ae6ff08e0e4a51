"""``PATCH /tasks/{id}/rejects/{row}`` and the corrected error file: what a person says instead of a row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from api.context import Context, ContextDep, Reading
from api.headings import headings_of
from api.problems import Problem
from api.reject_models import CorrectionInfo, RowCorrection
from api.rejects import checked, unknown
from api.responses import starts
from api.security import Manager
from api.tasks import found
from domain.errors import MalformedRow
from infra.users import User
from jobs.base import Row
from jobs.correcting import corrected_row
from jobs.formats.tables.headings import Headings
from producers.correction import (
    Corrected,
    CorrectedMeanwhile,
    Correction,
    CorrectionRefused,
    RowBeingLoaded,
)
from projections.queries import rejects

router = APIRouter(tags=["rejected rows"])


@router.patch("/tasks/{task_id:uuid}/rejects/{row_no:int}", responses=starts(404, 409))
async def correct_row(
    task_id: UUID, row_no: int, wanted: RowCorrection, user: Manager, connection: Reading, context: ContextDep
) -> CorrectionInfo:
    """Correct a rejected row. It is loaded by the next replay of the rejected rows; 409 says why it cannot be
    corrected: a later attempt has loaded it or is loading it, or somebody else was faster."""
    task = await found(connection, task_id)
    row = (await rejects.latest(connection, task_id, [checked(row_no)])).get(row_no)
    if row is None:
        raise unknown(row_no)
    if (moved := moved_on(row, wanted.attempt, wanted.expected)) is not None:
        raise moved_problem(moved, row)
    headings = (await headings_of(connection, task)).of(row["attempt"])
    raw = await _edited(connection, task_id, row, wanted.fields, headings)
    correction = Correction(row_no, row["attempt"], row["batch_no"], raw, wanted.expected)
    # The connection that has read must not be held while the other one waits for the conductor.
    await connection.rollback()
    [accepted], published = await accept(context, task_id, user, [correction])
    return CorrectionInfo(
        number=accepted.number,
        attempt=accepted.attempt,
        row_no=row_no,
        raw=headings.shown(accepted.raw),
        corrected_by=user.name,
        corrected_at=accepted.corrected_at,
        published=published,
    )


async def accept(
    context: Context, task_id: UUID, user: User, corrections: Sequence[Correction]
) -> tuple[list[Corrected], bool]:
    """All of them or none; 409 for the first that a later attempt or somebody else has overtaken."""
    with overtaken_told():
        return await context.corrections.accept(str(task_id), user.id, corrections)


@contextmanager
def overtaken_told() -> Iterator[None]:
    """A refusal as 409."""
    try:
        yield
    except CorrectionRefused as refused:
        raise moved_problem(code_of(refused), {"row_no": refused.row_no}) from refused


def code_of(refused: CorrectionRefused) -> str:
    if isinstance(refused, RowBeingLoaded):
        return "row_being_loaded"
    return "row_corrected_meanwhile" if isinstance(refused, CorrectedMeanwhile) else "row_loaded_since"


MOVED_ON = frozenset(
    {"row_loaded_since", "row_rejected_again", "row_corrected_meanwhile", "row_being_loaded"}
)


def moved_on(row: Mapping[str, Any], attempt: int | None, expected: int) -> str | None:
    """Why what somebody has seen of a row is no longer so; None where it is."""
    if not row["current"]:
        return "row_loaded_since"
    if attempt is not None and attempt != row["attempt"]:
        return "row_rejected_again"
    return "row_corrected_meanwhile" if expected != row["corrections"] else None


def moved_problem(code: str, row: Mapping[str, Any]) -> Problem:
    return Problem(409, code, field="row_no", row=row["row_no"])


def as_it_stands(row: Mapping[str, Any]) -> Row:
    """The row with its last correction."""
    found: Row = row["raw"] if row["corrected"] is None else row["corrected"]
    return found


async def _edited(
    connection: AsyncConnection,
    task_id: UUID,
    row: Mapping[str, Any],
    said: Mapping[str, Any],
    headings: Headings,
) -> Row:
    """The row with what was said by the file's headings."""
    before = as_it_stands(row)
    try:
        fields = headings.meant(said, before)
        known = await fields_known(connection, task_id, row, fields)
        return corrected_row(before, fields, known | headings.fields)
    except MalformedRow as error:
        name = headings.name(error.field, before)
        field = "fields" if name is None else f"fields.{name}"
        raise Problem(422, error.code, field=field, args={"name": name or "", **error.arguments}) from error


async def fields_known(
    connection: AsyncConnection, task_id: UUID, row: Mapping[str, Any], names: Mapping[str, Any]
) -> set[str]:
    """The field at fault, and those that other rejected rows of the task have: a cell that was empty in the
    source is none of the row's fields."""
    known = {row["field"]} if row["field"] is not None else set()
    missing = [name for name in names if name not in as_it_stands(row) and name not in known]
    usable = [name for name in missing if "\0" not in name and name.isprintable()]
    return known | (await rejects.known_fields(connection, task_id, usable) if usable else set())
