"""Rows as lines of COPY's text format, for tables that are filled from nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from operator import attrgetter
from typing import Any

from events.tasks import TaskBatchImported
from infra.copying import copy_columns
from projections.fold import Read
from projections.position import Position
from projections.record import Head, Record, moment_text, plain
from projections.rows import Row, document

BATCH_COLUMNS = (
    "task_id, attempt, batch_no, rows, created, updated, unchanged, duplicate, rejected, retracted, skipped,"
    ' elapsed_ms, worker, imported_at, partition, "offset"'
)
_counted = attrgetter(*BATCH_COLUMNS.split(", ")[1:12])


def event_lines(trail: Iterable[tuple[Record, Head]], repeated: Set[Position]) -> str:
    """Rows of ``task_event``, in the order of ``statements.EVENT``."""
    rows = [
        (
            str(record.position.partition),
            str(record.position.offset),
            record.task_id,
            str(head.number),
            head.kind,
            "t" if record.position in repeated else "f",
            record.id,
            record.type,
            moment_text(record.time),
            record.actor,
            record.correlation_id,
            record.causation_id,
            record.source,
            record.value,
            f"\\x{head.hash.hex()}",
        )
        for record, head in trail
    ]
    return _whole(list(zip(*rows, strict=True)))


def batch_lines(reads: Iterable[Read]) -> str:
    """Rows of ``batch``, of events that are TaskBatchImported."""
    rows = []
    for position, envelope in reads:
        event = envelope.event
        assert type(event) is TaskBatchImported
        where = map(str, position)
        rows.append(
            (
                envelope.subject,
                *map(str, _counted(event)),
                plain(event.worker),
                moment_text(envelope.time),
                *where,
            )
        )
    return _whole(list(zip(*rows, strict=True)))


def lines(rows: Iterable[Row], columns: str) -> str:
    """``columns`` of rows, separated by commas as in a statement."""
    known = list(rows)
    names = [name.strip().strip('"') for name in columns.split(",")]
    return _whole([_texts([row[name] for row in known]) for name in names])


def _whole(columns: Sequence[Sequence[str | None]]) -> str:
    return "\n".join([*copy_columns(columns), ""])


def _texts(values: Sequence[Any]) -> list[str | None]:
    return [_AS_TEXT.get(type(value), _json)(value) for value in values]


def _json(value: Any) -> str:
    return document([value])[1:-1]


# As PostgreSQL reads it: what is no plain value is for a column of type jsonb.
_AS_TEXT: Mapping[type, Callable[[Any], str | None]] = {
    type(None): lambda _: None,
    str: plain,
    int: str,
    bool: lambda value: "t" if value else "f",
    datetime: moment_text,
}
