"""An event as it stands in the log: CloudEvents 1.0, Kafka binding, binary mode.

Everything but the data travels in ``ce_*`` headers, so that a reader can route without parsing a
value. The value is JSON; ``batch.recorded.v1`` is compressed by who sends it, under a
``content-encoding`` header. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import ValidationError

from events.base import Event
from events.json_bytes import dumps
from events.registry import EVENTS
from events.upcasting import UPCASTERS, Data, Upcasters, upcast

Headers = list[tuple[str, bytes]]
Decompress = Callable[[bytes], bytes]

REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "ce_actor", "ce_correlationid")


class UnreadableEvent(ValueError):
    """A message of the log is no event we know: ``reason`` is a code, the caller adds the position."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event with where it comes from: who, when, because of what, about which task.

    ``subject`` is the task's id, ``actor`` is ``user:<uuid>`` or ``system:<process>``, ``time`` is UTC.
    """

    id: str
    time: datetime
    subject: str
    actor: str
    correlation_id: str
    causation_id: str | None
    source: str
    event: Event


def encode(envelope: Envelope) -> tuple[bytes, Headers]:
    """Value (plain JSON) and headers; the same envelope gives the same bytes.

    Raises ValueError for a time without a zone: local times in a log cannot be repaired later.
    """
    if envelope.time.tzinfo is None:
        raise ValueError("an event's time must carry its zone")
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": envelope.id,
        "ce_type": envelope.event.type,
        "ce_source": envelope.source,
        "ce_time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_subject": envelope.subject,
        "ce_correlationid": envelope.correlation_id,
        "ce_actor": envelope.actor,
        "content-type": "application/json",
    }
    if envelope.causation_id is not None:
        attributes["ce_causationid"] = envelope.causation_id
    return dump(envelope.event), [(k, v.encode()) for k, v in attributes.items()]


def dump(event: Event) -> bytes:
    """The value of an event as plain JSON; a Decimal within a row is written as text."""
    return dumps(event.data(), orjson.OPT_UTC_Z)


def decode(
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]],
    *,
    decompress: Decompress | None = None,
    upcasters: Upcasters = UPCASTERS,
) -> Envelope:
    """The event of a message, upcast and validated; raises UnreadableEvent for anything else.

    ``decompress`` undoes ``content-encoding: zstd``; without it such a value is unreadable.
    """
    attributes = {name: text.decode("utf-8", "replace") for name, text in headers}
    if attributes.get("ce_specversion") != "1.0":
        raise UnreadableEvent("not_a_cloudevent", f"specversion {attributes.get('ce_specversion')}")
    for name in REQUIRED:
        if name not in attributes:
            raise UnreadableEvent("header_missing", name)
    return Envelope(
        id=attributes["ce_id"],
        time=_time(attributes["ce_time"]),
        subject=attributes["ce_subject"],
        actor=attributes["ce_actor"],
        correlation_id=attributes["ce_correlationid"],
        causation_id=attributes.get("ce_causationid"),
        source=attributes["ce_source"],
        event=_event(attributes["ce_type"], _data(value, attributes, decompress), upcasters),
    )


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableEvent("bad_header", f"ce_time: {text}") from error
    if time.tzinfo is None:
        raise UnreadableEvent("bad_header", f"ce_time without a zone: {text}")
    return time.astimezone(UTC)


def _data(value: bytes | None, attributes: dict[str, str], decompress: Decompress | None) -> Data:
    if value is None:
        raise UnreadableEvent("no_value")
    encoding = attributes.get("content-encoding")
    if encoding is not None:
        if encoding != "zstd" or decompress is None:
            raise UnreadableEvent("unknown_encoding", encoding)
        try:
            value = decompress(value)
        except Exception as error:  # each codec has an error tree of its own
            raise UnreadableEvent("bad_compression", str(error)) from error
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise UnreadableEvent("not_json", str(error)) from error
    if not isinstance(data, dict):
        raise UnreadableEvent("not_an_object", type(data).__name__)
    return data


def _event(name: str, data: Data, upcasters: Upcasters) -> Event:
    try:
        name, data = upcast(name, data, upcasters)
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableEvent("bad_data", f"{name} cannot be upcast: {type(error).__name__}") from error
    kind = EVENTS.get(name)
    if kind is None:
        raise UnreadableEvent("unknown_type", name)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise UnreadableEvent("bad_data", _first(name, error)) from error


def _first(name: str, error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{name} {where}: {problem['msg']}"
