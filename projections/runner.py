"""The loop that keeps the read models up to date: poll, apply in one transaction, poll again.

Offsets live in PostgreSQL, beside the rows they belong to; the consumer group only spreads partitions
over processes. Whoever is away, PostgreSQL or Kafka, is waited for; what was polled is kept meanwhile.
"""

import asyncio
import logging

from aiokafka import AIOKafkaConsumer
from sqlalchemy.ext.asyncio import AsyncEngine

from projections.assignment import Assignment
from projections.log import connected, poll, topics_when_there
from projections.polled import PolledSet, decoded
from projections.session import Session
from projections.store import CHANNEL, Connection, Displaced, apply_set

log = logging.getLogger(__name__)

# How often a poll that brings nothing lets the loop look at other things.
POLL_MS = 200
END_EVERY = 1.0


class Runner:
    """One process of the projection group. ``engine`` decides by its search path which schema is filled;
    ``member`` is the fixed name of a supervised process."""

    def __init__(
        self, bootstrap: str, engine: AsyncEngine, *, namespace: str = "", member: str | None = None
    ) -> None:
        self._bootstrap = bootstrap
        self._namespace = namespace
        self._member = member
        self._session = Session(engine)

    async def run(self) -> None:
        """Run until cancelled; raises Stopped where going on would be wrong."""
        ids = await topics_when_there(self._bootstrap, self._namespace)
        async with connected(self._bootstrap, self._namespace, member=self._member) as consumer:
            assignment = Assignment(consumer, self._session, ids, self._namespace)
            consumer.subscribe(list(ids), listener=assignment)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._apply_for_ever(consumer, assignment))
                    group.create_task(assignment.look_at_the_end_every(END_EVERY))
            finally:
                await self._session.close()

    async def _apply_for_ever(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        while True:
            messages = await poll(consumer, POLL_MS)
            assignment.check()
            polled = decoded(messages, assignment.positions, self._namespace)
            if polled.after:
                await self._apply(polled, assignment)
            await assignment.note_seen()

    async def _apply(self, polled: PolledSet, assignment: Assignment) -> None:
        async def write(connection: Connection) -> None:
            await apply_set(connection, polled, CHANNEL)

        try:
            await self._session.run(write)
        except Displaced as displaced:
            # The connection broke after the commit, or the partitions went to another process and came
            # back. What is stored is right: go on from there.
            log.warning("Stored offsets are others than expected, going on from them: %s", displaced)
            await assignment.resume_from_stored()
        else:
            assignment.moved(polled.after)
