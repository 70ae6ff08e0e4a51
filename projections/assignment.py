"""Which partitions this process has, and how far it is in each."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from projections import statements
from projections.offsets import starting_points
from projections.polled import Place
from projections.session import Session
from projections.store import Connection

log = logging.getLogger(__name__)

_END_PATIENCE = 5.0


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Follows rebalances: every assignment starts from the offsets in PostgreSQL."""

    def __init__(
        self, consumer: AIOKafkaConsumer, session: Session, topic_ids: Mapping[str, str], namespace: str
    ) -> None:
        self._consumer = consumer
        self._session = session
        self._ids = topic_ids
        self._namespace = namespace
        self._starting: asyncio.Future[None] | None = None
        self._end: dict[Place, int] = {}
        self._end_at = 0.0
        self._answers = True
        self.positions: dict[Place, int] = {}

    def check(self) -> None:
        """Raise what went wrong in a rebalance, where aiokafka would only log it."""
        if self._starting is not None and self._starting.done():
            self._starting.result()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.positions.clear()
        self._end.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        partitions = list(assigned)
        # A provisional position, and no fetch from it: otherwise aiokafka looks for a committed offset,
        # which there never is.
        self._consumer.pause(*partitions)
        for partition in partitions:
            self._consumer.seek(partition, 0)
        # An exception here would only be logged by aiokafka: the loop raises it, in ``check``.
        self._starting = asyncio.ensure_future(self._start(partitions))
        try:
            await asyncio.wait([self._starting])
        finally:
            self._starting.cancel()
        if self._starting.exception() is None:
            self._consumer.resume(*partitions)

    async def resume_from_stored(self) -> None:
        """Go on from what is stored, after it turned out to be something else than expected."""
        await self._start(TopicPartition(*place) for place in list(self.positions))

    def moved(self, to: Mapping[Place, int]) -> None:
        """These offsets are applied; partitions that were revoked meanwhile are nobody's here."""
        self.positions.update({place: offset for place, offset in to.items() if place in self.positions})

    async def look_at_the_end_every(self, seconds: float) -> None:
        """Ask the broker now and then where the log ends: what "up to date" is measured by."""
        while True:
            await asyncio.sleep(seconds)
            partitions = [TopicPartition(*place) for place in self.positions]
            if self._end or not partitions:
                continue
            asked = time.monotonic()
            try:
                async with asyncio.timeout(_END_PATIENCE):
                    ends = await self._consumer.end_offsets(partitions)
            except (KafkaError, TimeoutError) as error:
                self._answered(False, str(error) or type(error).__name__)
                continue
            self._answered(True)
            self._end, self._end_at = {(p.topic, p.partition): end for p, end in ends.items()}, asked

    def _answered(self, answers: bool, why: str = "") -> None:
        if answers != self._answers:
            self._answers = answers
            log.warning("Kafka answers again" if answers else f"Kafka does not answer, waiting: {why}")

    async def note_seen(self) -> None:
        """Write down that everything up to the end of the log, as last seen, is applied. Where other tables
        took the place of those that were filled here (a rollback), go on from what they have."""
        if not self._end or any(self.positions.get(place, end) + 1 < end for place, end in self._end.items()):
            return
        end, age, self._end = self._end, time.monotonic() - self._end_at, {}
        places = sorted(end)

        async def write(connection: Connection) -> dict[Place, int]:
            found = await connection.execute(
                statements.SEEN,
                [age, [t for t, _ in places], [p for _, p in places], [end[place] for place in places]],
            )
            stored = {(topic, partition): offset for topic, partition, offset in await found.fetchall()}
            await connection.commit()
            return stored

        stored = await self._session.run(write)
        if any(self.positions.get(place) not in (None, stored.get(place)) for place in places):
            log.warning(
                "The tables are others than those that were filled here, going on from what they have"
            )
            await self.resume_from_stored()

    async def _start(self, partitions: Iterable[TopicPartition]) -> None:
        by_topic: dict[str, list[TopicPartition]] = {}
        for partition in partitions:
            by_topic.setdefault(partition.topic, []).append(partition)
        for topic, mine in by_topic.items():
            low = _numbers(await self._consumer.beginning_offsets(mine))
            end = _numbers(await self._consumer.end_offsets(mine))
            read = partial(
                starting_points,
                topic=topic,
                topic_id=self._ids[topic],
                low=low,
                end=end,
                namespace=self._namespace,
            )
            for number, offset in (await self._session.run(read)).items():
                self._consumer.seek(TopicPartition(topic, number), offset + 1)
                self.positions[topic, number] = offset


def _numbers(offsets: Mapping[TopicPartition, int]) -> dict[int, int]:
    return {place.partition: offset for place, offset in offsets.items()}
