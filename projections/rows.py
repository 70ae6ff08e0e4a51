"""Views as rows and back. A set of rows travels to PostgreSQL as one JSON document."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel, TypeAdapter

from events.cloudevents import Envelope
from events.rows import RowCorrected, RowRejected
from events.tasks import TaskBatchImported
from projections.position import Position
from projections.view import Attempt, View

Row = dict[str, Any]

_VIEW: TypeAdapter[View] = TypeAdapter(View)
_ATTEMPT: TypeAdapter[Attempt] = TypeAdapter(Attempt)
_NUL = b"\\u0000"


def document(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as JSON that jsonb takes: a NUL, which it refuses, is shown by its picture (U+2400)."""
    packed = orjson.dumps(list(rows), default=_plain)
    if _NUL in packed:
        packed = orjson.dumps(_without_nul(orjson.loads(packed)))
    return packed.decode()


def task_row(view: View) -> Row:
    """The row of ``task``; attempts have a table of their own."""
    row = view.__dict__ | {"counts": view.counts, "failure": view.failure}
    del row["attempts"]
    return row


def attempt_row(task_id: str, attempt: Attempt) -> Row:
    row = attempt.__dict__ | {"task_id": task_id, "attempt": attempt.number}
    del row["number"]
    return row


def snapshot_row(position: Position, view: View) -> Row:
    """The row of ``task_snapshot``."""
    return {
        "task_id": view.id,
        "offset": position.offset,
        "at": view.seen_at,
        "task": task_row(view),
        "attempts": [attempt_row(view.id, attempt) for attempt in view.attempts.values()],
    }


def view_of(row: Row, attempts: Iterable[Row]) -> View:
    """The view that ``task_row`` and ``attempt_row`` wrote, its attempts in their order whatever order they
    come in: a table gives them as it likes, and a snapshot keeps them as a list."""
    ordered = sorted(attempts, key=lambda attempt: int(attempt["attempt"]))
    read = (_ATTEMPT.validate_python(attempt | {"number": attempt["attempt"]}) for attempt in ordered)
    return _VIEW.validate_python(row | {"attempts": {attempt.number: attempt for attempt in read}})


def batch_row(envelope: Envelope, event: TaskBatchImported, position: Position) -> Row:
    return {
        **event.data(),
        "task_id": envelope.subject,
        "imported_at": envelope.time,
        "partition": position.partition,
        "offset": position.offset,
    }


def reject_row(envelope: Envelope, event: RowRejected, position: Position) -> Row:
    return {
        **event.data(),
        "task_id": envelope.subject,
        "rejected_at": envelope.time,
        "partition": position.partition,
        "offset": position.offset,
    }


def correction_row(envelope: Envelope, event: RowCorrected) -> Row:
    return {
        "task_id": envelope.subject,
        "attempt": event.attempt,
        "row_no": event.row_no,
        "corrected": event.raw,
        "corrected_by": envelope.actor,
        "corrected_at": envelope.time,
    }


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\u2400")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list():
            return [_without_nul(item) for item in value]
        case _:
            return value
