"""Rows as lines of COPY's text format, for tables that are filled from nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from events.cloudevents import Envelope
from events.tasks import TaskBatchImported
from projections.position import Position
from projections.record import Head, Record, moment_text
from projections.rows import Row, document

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": "\u2400"})
BATCH_COLUMNS = (
    "task_id, attempt, batch_no, rows, created, updated, unchanged, duplicate, rejected, retracted, skipped,"
    ' elapsed_ms, worker, imported_at, partition, "offset"'
)


def event_line(record: Record, head: Head, repeated: bool) -> str:
    """The row of ``task_event``, in the order of ``statements.EVENT``."""
    before = (record.id, record.type, moment_text(record.time), record.actor, record.correlation_id)
    partition, offset = record.position
    begin = f"{partition}\t{offset}\t{record.task_id}\t{head.number}"
    begin += f"\t{_text(head.kind)}\t{'t' if repeated else 'f'}\t{_joined(before)}"
    said = f"{_text(record.causation_id)}\t{_joined((record.source, record.value))}"
    return f"{begin}\t{said}\t\\\\x{head.hash.hex()}\n"


def batch_line(envelope: Envelope, event: TaskBatchImported, position: Position) -> str:
    """The row of ``batch``."""
    return (
        f"{envelope.subject}\t{event.attempt}\t{event.batch_no}\t{event.rows}\t{event.created}\t{event.updated}"
        f"\t{event.unchanged}\t{event.duplicate}\t{event.rejected}\t{event.retracted}\t{event.skipped}"
        f"\t{event.elapsed_ms}\t{_text(event.worker)}\t{moment_text(envelope.time)}"
        f"\t{position.partition}\t{position.offset}\n"
    )


def lines(rows: Iterable[Row], columns: str) -> str:
    """``columns`` of rows, separated by commas as in a statement."""
    names = [name.strip().strip('"') for name in columns.split(",")]
    return "".join(
        [
            "\t".join([_AS_TEXT.get(type(value), _json)(value) for value in map(row.__getitem__, names)])
            + "\n"
            for row in rows
        ]
    )


def _json(value: Any) -> str:
    return _text(document([value])[1:-1])


def _joined(texts: Sequence[str]) -> str:
    """Most values need no escape: asked once for all of them."""
    joined = "\t".join(texts)
    if joined.count("\t") == len(texts) - 1 and _is_plain(joined):
        return joined
    return "\t".join([_text(text) for text in texts])


def _text(text: str | None) -> str:
    if text is None:
        return r"\N"
    return text if "\t" not in text and _is_plain(text) else text.translate(_ESCAPES)


def _is_plain(text: str) -> bool:
    return "\\" not in text and "\n" not in text and "\r" not in text and "\0" not in text


# As PostgreSQL reads it: what is no plain value is for a column of type jsonb.
_AS_TEXT: Mapping[type, Callable[[Any], str]] = {
    type(None): _text,
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    datetime: moment_text,
}
