"""The log applied to a schema beside the live one, up to exactly the offsets that are asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from events.topics import PARTITIONS, REJECTS
from infra.settings import Settings
from projections.log import poll, topics_when_there
from projections.offsets import starting_points
from projections.polled import Message, Place, decoded
from projections.session import Session
from projections.store import apply_set

# Large sets: a task is written once a set, however many of its events are in it.
MOST_IN_SET = 10_000


class Builder:
    """Reads ``partitions`` of both topics from their first offsets, of ``task`` alone where it is given."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        session: Session,
        settings: Settings,
        *,
        partitions: Sequence[int] = tuple(range(PARTITIONS)),
        task: str | None = None,
    ) -> None:
        self._consumer = consumer
        self._session = session
        self._settings = settings
        self._partitions = partitions
        self._task = task and task.encode()
        # How far was read, and which offsets the schema has: the same but for a builder of one task.
        self._read: dict[Place, int] = {}
        self._applied: dict[Place, int] = {}
        self.low: dict[int, int] = {}

    async def start(self) -> Self:
        """Begin behind what the schema has, at the first offset there is where it has nothing."""
        namespace = self._settings.namespace
        ids = await topics_when_there(self._settings.kafka, namespace)
        wanted = [TopicPartition(topic, number) for topic in ids for number in self._partitions]
        self._consumer.assign(wanted)
        for topic, topic_id in ids.items():
            mine = [partition for partition in wanted if partition.topic == topic]
            low = {p.partition: n for p, n in (await self._consumer.beginning_offsets(mine)).items()}
            end = {p.partition: n for p, n in (await self._consumer.end_offsets(mine)).items()}
            read = partial(
                starting_points, topic=topic, topic_id=topic_id, low=low, end=end, namespace=namespace
            )
            for number, offset in (await self._session.run(read)).items():
                self._consumer.seek(TopicPartition(topic, number), offset + 1)
                self._read[topic, number] = self._applied[topic, number] = offset
            if topic == namespace + REJECTS:
                self.low = low
        return self

    async def run_to(self, goal: dict[Place, int]) -> None:
        """Apply everything up to ``goal``, nothing after it; no further than the log goes, which may have
        been made anew since the goal was somebody's."""
        goal = await self.reachable(goal)
        while any(self._read[place] < offset for place, offset in goal.items()):
            messages = await poll(self._consumer, 200, MOST_IN_SET)
            await self._apply([m for m in messages if m.offset <= goal.get((m.topic, m.partition), -1)])
        # What came beyond the goal was thrown away: ask for it again next time.
        for (topic, partition), offset in self._read.items():
            self._consumer.seek(TopicPartition(topic, partition), offset + 1)

    async def reachable(self, goal: dict[Place, int]) -> dict[Place, int]:
        """The goal in what is read here, as far as the log goes."""
        mine = {place: offset for place, offset in goal.items() if place in self._read}
        partitions = [TopicPartition(*place) for place in mine]
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        return {place: min(offset, ends[TopicPartition(*place)] - 1) for place, offset in mine.items()}

    def behind(self, goal: dict[Place, int]) -> int:
        """How many messages lie between here and there."""
        return sum(max(0, offset - self._read.get(place, -1)) for place, offset in goal.items())

    async def close(self) -> None:
        await self._session.close()

    async def _apply(self, messages: list[Message]) -> None:
        mine = messages if self._task is None else [m for m in messages if _subject(m) == self._task]
        polled = decoded(mine, self._applied, self._settings.namespace)
        if polled.after:
            await self._session.run(partial(apply_set, polled=polled, channel=None))
            self._applied.update(polled.after)
        for message in messages:
            place = (message.topic, message.partition)
            self._read[place] = max(self._read[place], message.offset)


def _subject(message: Message) -> bytes | None:
    return next((value for name, value in message.headers if name == "ce_subject"), None)
