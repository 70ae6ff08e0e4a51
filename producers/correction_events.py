"""The two events of a correction, made from what is stored: twice the same."""

from uuid import UUID, uuid5

from events.base import Event
from events.cloudevents import Envelope, Headers, encode
from events.rows import RowCorrected
from events.tasks import TaskRowCorrected
from producers.correction import Corrected

Message = tuple[bytes, bytes, Headers]


def row_message(one: Corrected) -> Message:
    """The row itself, for topic ``rejects``."""
    said = RowCorrected(attempt=one.attempt, row_no=one.row_no, raw=dict(one.raw))
    return _message(one, one.event_id, said, None)


def task_message(one: Corrected) -> Message:
    """That it was corrected, for topic ``tasks``: its hash, and the other event as the cause."""
    said = TaskRowCorrected(attempt=one.attempt, row_no=one.row_no, row_hash=one.row_hash)
    return _message(one, str(uuid5(UUID(one.event_id), said.type)), said, one.event_id)


def _message(one: Corrected, event_id: str, event: Event, causation_id: str | None) -> Message:
    value, headers = encode(
        Envelope(
            id=event_id,
            time=one.corrected_at,
            subject=one.task_id,
            actor=one.corrected_by,
            correlation_id=one.task_id,
            causation_id=causation_id,
            source="/tidemark/api",
            event=event,
        )
    )
    return one.task_id.encode(), value, headers
