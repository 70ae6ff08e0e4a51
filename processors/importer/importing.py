"""What an importer does with a message: apply it, publish what came of it, acknowledge."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from domain.errors import Fatal, TidemarkError
from domain.failures import error_info
from domain.identity import batch_event_id
from events.cloudevents import Envelope, Headers, UnreadableEvent, decode
from events.rows import BatchRecorded
from events.tasks import TaskWorkFailed
from events.topics import REJECTS, TASKS
from infra.kafka import Publisher, decompress
from processors.facts import fact, headers_of
from processors.importer.alone import Alone
from processors.importer.applying import Applying
from processors.importer.outcomes import Applied, Delivered, content_hash
from processors.patience import patiently

log = logging.getLogger(__name__)

Tell = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Importer:
    """Applies one message after the other; several importers share the partitions."""

    applying: Applying
    publisher: Publisher
    worker: str
    namespace: str = ""
    alone: Alone = field(default_factory=Alone)

    async def handle(self, message: Any, batch: Delivered | UnreadableEvent) -> Tell:
        """``batch`` is what ``unpacked`` made of ``message``. Returns when the outcome is in the database,
        with what is still to be told: when that has been awaited, the message may be acknowledged.

        Delivered again, at any point, it ends the same: what was committed is published once more
        under the same ids, what was not is done now.
        """
        if isinstance(batch, UnreadableEvent):
            return partial(self._unreadable, message, batch)
        suspect = await patiently(lambda: self.applying.is_suspect(batch))
        poisonous = suspect and not await patiently(lambda: self.alone.survives(batch))
        try:
            applied = await patiently(lambda: self.applying.apply(batch, poisonous=poisonous))
        except TidemarkError as error:
            return partial(self._failed, batch, error)
        if applied is None:
            log.info("%s/%d ended before batch %d", batch.task_id, *_numbers(batch))
            return _nothing
        # Not with the batch itself: its rows, 20 MB, are of no use while the outcome is on its way.
        return partial(self._publish, batch.task_id, applied)

    async def _publish(self, task_id: str, applied: Applied) -> None:
        """Rejects first: who sees the outcome finds them."""
        attempt, batch_no = applied.outcome.attempt, applied.outcome.batch_no
        rejects = [
            fact(task_id, row, self.worker, "importer", _row_event_id(task_id, attempt, row.row_no))
            for row in applied.rejects
        ]
        await self.publisher.publish_patiently(self.namespace + REJECTS, rejects)
        await self._tell(
            fact(
                task_id, applied.outcome, self.worker, "importer", batch_event_id(task_id, attempt, batch_no)
            )
        )

    async def _failed(self, delivered: Delivered, error: TidemarkError) -> None:
        """Nothing that another try would mend: the task fails and says which batch."""
        attempt, batch_no = _numbers(delivered)
        event = TaskWorkFailed(
            attempt=attempt, tries=1, worker=self.worker, batch_no=batch_no, error=error_info(error)
        )
        await self._tell(fact(delivered.task_id, event, self.worker, "importer"))

    async def _unreadable(self, message: Any, error: UnreadableEvent) -> None:
        """Not one of ours, or broken on its way: its task is told, if it can be known at all."""
        task_id = dict(headers_of(message)).get("ce_subject", b"").decode("utf-8", "replace")
        log.error("%s %d:%d: %s", message.topic, message.partition, message.offset, error)
        try:
            UUID(task_id)
        except ValueError:
            return
        reason = Fatal("batch_unreadable", partition=message.partition, offset=message.offset)
        event = TaskWorkFailed(attempt=1, tries=1, worker=self.worker, batch_no=0, error=error_info(reason))
        await self._tell(fact(task_id, event, self.worker, "importer"))

    async def _tell(self, envelope: Envelope) -> None:
        await self.publisher.publish_patiently(self.namespace + TASKS, [envelope])


async def _nothing() -> None:
    """A batch of an attempt that has ended: there is nothing to tell."""


def unpacked(message: Any) -> Delivered | UnreadableEvent:
    """The batch of a message, or why it is none."""
    try:
        return _delivered(message, headers_of(message))
    except UnreadableEvent as error:
        return error


def _delivered(message: Any, headers: Headers) -> Delivered:
    """Unpacked once: the hash is of the JSON, as the reader took it."""
    hashed: list[bytes] = []

    def unpack(packed: bytes) -> bytes:
        plain = decompress(packed)
        hashed.append(content_hash(plain))
        return plain

    envelope = decode(message.value, headers, decompress=unpack)
    if not isinstance(envelope.event, BatchRecorded) or not hashed:
        raise UnreadableEvent("not_a_batch", envelope.event.type)
    at = (message.topic, message.partition, message.offset)
    return Delivered(envelope.subject, envelope.event, hashed[0], at, message.timestamp)


def _numbers(delivered: Delivered) -> tuple[int, int]:
    return delivered.event.attempt, delivered.event.batch_no


def _row_event_id(task_id: str, attempt: int, row_no: int) -> str:
    return str(uuid5(UUID(task_id), f"attempt/{attempt}/row/{row_no}"))
