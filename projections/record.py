"""A message of topic ``tasks`` as the trail keeps it: what the log has, whatever this version makes of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from domain.chain import BEGINNING, link
from events.cloudevents import REQUIRED, Envelope, Headers
from projections.position import Position

Row = dict[str, Any]
_NUL, _SHOWN = "\0", "\u2400"


class Record(NamedTuple):
    """``value`` is the message's text; ``kind`` the task's, where the message is its submission."""

    position: Position
    id: str
    type: str
    time: datetime
    task_id: str
    actor: str
    correlation_id: str
    causation_id: str | None
    source: str
    value: str
    kind: str | None = None

    def values(self) -> tuple[str | None, ...]:
        """What is hashed, in the order of ``domain.chain.FIELDS``."""
        return (
            str(self.position.partition),
            str(self.position.offset),
            self.id,
            self.type,
            moment_text(self.time),
            self.task_id,
            self.actor,
            self.correlation_id,
            self.causation_id,
            self.source,
            self.value,
        )

    def message(self) -> tuple[bytes, Headers]:
        """Value and headers again, for the one door through which events come in."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": moment_text(self.time),
            "ce_subject": self.task_id,
            "ce_correlationid": self.correlation_id,
            "ce_actor": self.actor,
        }
        if self.causation_id is not None:
            attributes["ce_causationid"] = self.causation_id
        return self.value.encode(), [(name, text.encode()) for name, text in attributes.items()]


class Head(NamedTuple):
    """Where a task's chain stands."""

    number: int = 0
    hash: bytes = BEGINNING
    kind: str | None = None


# All rows that an event becomes ask for the same one.
@lru_cache(maxsize=16_384)
def moment_text(time: datetime) -> str:
    """``2026-03-03T09:00:00.000000Z``, whatever the zone it came in."""
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:26] + "Z"


def of_envelope(
    position: Position, envelope: Envelope, task_id: str, headers: Headers, value: bytes
) -> Record:
    """The record of a message that was understood."""
    written = _written_type(headers)
    kind = getattr(envelope.event, "kind", None) if written.startswith("task.submitted.") else None
    return Record(
        position,
        plain(envelope.id),
        plain(written),
        envelope.time,
        task_id,
        plain(envelope.actor),
        plain(envelope.correlation_id),
        None if envelope.causation_id is None else plain(envelope.causation_id),
        plain(envelope.source),
        value.decode(),
        None if kind is None else plain(kind),
    )


def _written_type(headers: Headers) -> str:
    """The name in the log; the event's own is the current one."""
    for name, text in headers:
        if name == "ce_type":
            return text.decode("utf-8", "replace")
    raise LookupError("ce_type")


def of_message(position: Position, headers: Headers, value: bytes | None) -> Record | None:
    """The record of a message that this version does not understand, if it is a CloudEvent about a task:
    a later version may, and must find the same chain."""
    said = {name: plain(text.decode("utf-8", "replace")) for name, text in headers}
    try:
        if any(name not in said for name in REQUIRED) or not isinstance(orjson.loads(value or b""), dict):
            return None
        time, task_id = datetime.fromisoformat(said["ce_time"]), str(UUID(said["ce_subject"]))
    except ValueError:
        return None
    if time.tzinfo is None:
        return None
    return Record(
        position,
        said["ce_id"],
        said["ce_type"],
        time,
        task_id,
        said["ce_actor"],
        said["ce_correlationid"],
        said.get("ce_causationid"),
        said["ce_source"],
        (value or b"").decode(),
    )


def chained(records: Iterable[Record], heads: Mapping[str, Head]) -> Iterator[tuple[Record, Head]]:
    """Each record with its place in its task's chain, in the order of the log."""
    now = dict(heads)
    for record in records:
        before = now.get(record.task_id) or Head()
        found = Head(before.number + 1, link(before.hash, record.values()), before.kind or record.kind)
        now[record.task_id] = found
        yield record, found


def row_of(record: Record, head: Head, repeated: bool) -> Row:
    """The row of ``task_event``."""
    return {
        "partition": record.position.partition,
        "offset": record.position.offset,
        "task_id": record.task_id,
        "number": head.number,
        "kind": head.kind,
        "repeated": repeated,
        "id": record.id,
        "type": record.type,
        "time": record.time,
        "actor": record.actor,
        "correlation_id": record.correlation_id,
        "causation_id": record.causation_id,
        "source": record.source,
        "value": record.value,
        "hash": f"\\x{head.hash.hex()}",
    }


def record_of(row: Mapping[str, Any]) -> Record:
    """The record that ``row_of`` wrote, as PostgreSQL gives it back."""
    return Record(
        Position(row["partition"], row["offset"]),
        row["id"],
        row["type"],
        row["time"],
        str(row["task_id"]),
        row["actor"],
        row["correlation_id"],
        row["causation_id"],
        row["source"],
        row["value"],
        row["kind"],
    )


def plain(text: str) -> str:
    """A text that PostgreSQL can hold."""
    return text.replace(_NUL, _SHOWN)
