"""What workers report: the envelope of a fact, with an id where a repeat must be recognised."""

from uuid import UUID, uuid5

from domain.identity import batch_event_id
from events.base import Event
from events.cloudevents import Envelope, Headers
from infra.clock import new_id, utc_now


def fact(task_id: str, event: Event, worker: str, role: str, event_id: str | None = None) -> Envelope:
    """An event of ``worker`` about a task; ``role`` is the process kind (``reader``, ``importer`` …)."""
    return Envelope(
        id=event_id or new_id(),
        time=utc_now(),
        subject=task_id,
        actor=f"system:{worker}",
        correlation_id=task_id,
        causation_id=None,
        source=f"/tidemark/{role}",
        event=event,
    )


def batch_headers(task_id: str, attempt: int, batch_no: int, worker: str) -> Headers:
    """The headers of a recorded batch, whose value is packed already."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(uuid5(UUID(batch_event_id(task_id, attempt, batch_no)), "recorded")).encode()),
        ("ce_type", b"batch.recorded.v1"),
        ("ce_source", b"/tidemark/reader"),
        ("ce_time", utc_now().isoformat().replace("+00:00", "Z").encode()),
        ("ce_subject", task_id.encode()),
        ("ce_correlationid", task_id.encode()),
        ("ce_actor", f"system:{worker}".encode()),
        ("content-type", b"application/json"),
        ("content-encoding", b"zstd"),
    ]


def batch_key(task_id: str, batch_no: int, *, in_order: bool) -> bytes:
    """The message key of a recorded batch: batches of one key are in one partition, and one importer takes
    them as they were sent; all others are spread."""
    return task_id.encode() if in_order else f"{task_id}/{batch_no}".encode()


def headers_of(message: object) -> Headers:
    """A Faust message's headers as a list, whichever shape its driver gives them."""
    found = getattr(message, "headers", None) or []
    return list(found.items() if isinstance(found, dict) else found)


def type_of(headers: Headers) -> str:
    """The event's wire name, for who skips most messages without parsing them."""
    return next((value.decode() for name, value in headers if name == "ce_type"), "")
