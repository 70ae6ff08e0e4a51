"""What a poll of the log brought, decoded: events of tasks and rejects, and the trail of all of it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from events.cloudevents import Headers, UnreadableEvent, decode
from events.topics import REJECTS
from projections import rows
from projections.fold import Read
from projections.position import Position
from projections.record import Record, of_envelope, of_message

log = logging.getLogger(__name__)

Place = tuple[str, int]


class Message(NamedTuple):
    """A message as it stands in the log."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    headers: Headers


@dataclass(slots=True)
class PolledSet:
    """What a poll brought, decoded. ``before`` is the stored offset each partition must still have."""

    tasks: list[Read]
    trail: list[Record]
    rejects: list[Read]
    unreadable: list[rows.Row]
    before: dict[Place, int]
    after: dict[Place, int]


def decoded(messages: Iterable[Message], positions: dict[Place, int], namespace: str) -> PolledSet:
    """Decode a poll; what is no event of ours is kept by its position and named in the log."""
    polled = PolledSet([], [], [], [], {}, {})
    after = polled.after
    for message in messages:
        place = (message.topic, message.partition)
        if message.offset <= positions[place]:
            continue
        after[place] = max(message.offset, after.get(place, -1))
        position, rejects = Position(message.partition, message.offset), message.topic == namespace + REJECTS
        try:
            envelope = decode(message.value, message.headers)
            task_id = _plain_id(envelope.subject)
        except (UnreadableEvent, ValueError) as error:
            polled.unreadable.append(_unreadable(message, error))
            if not rejects and (found := of_message(position, message.headers, message.value)):
                polled.trail.append(found)
            continue
        if rejects:
            polled.rejects.append(Read(position, envelope))
        else:
            polled.tasks.append(Read(position, envelope))
            polled.trail.append(
                of_envelope(position, envelope, task_id, message.headers, message.value or b"")
            )
    polled.before = {place: positions[place] for place in after}
    return polled


@lru_cache(maxsize=4_096)
def _plain_id(subject: str) -> str:
    """As PostgreSQL writes it; events of a task come close together. Raises ValueError."""
    return str(UUID(subject))


def _unreadable(message: Message, error: Exception) -> rows.Row:
    reason = error.reason if isinstance(error, UnreadableEvent) else "bad_subject"
    where = f"{message.topic} {message.partition}:{message.offset}"
    log.error("%s is no event that this version reads, it is set aside: %s", where, error)
    return {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "reason": reason,
        "detail": str(error),
    }
