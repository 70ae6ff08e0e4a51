"""Empty tables filled with topic ``tasks`` by several processes, each a partition at a time."""

import asyncio
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine

from events.topics import TASKS
from infra.garbage import collect_rarely
from infra.postgres import create_engine
from infra.settings import Settings
from projections.log import connected, poll
from projections.polled import Place, decoded
from projections.rebuilding.building import MOST_IN_SET, Builder
from projections.rebuilding.copying import Gathered, copy
from projections.rebuilding.filling import Filling, begin, finish
from projections.rebuilding.told import Tasks
from projections.schema import in_schema
from projections.session import Session
from projections.store import Connection

MOST_PROCESSES = 4
# Of one partition at a time: what one COPY takes, in one fetch.
FETCH = 8_000_000
# A set that stays in the processor's cache from its decoding to its lines: 26 µs an event, and 33 in sets of
# 10,000.
IN_SET = 300
# Who knows 20,000 tasks has 300,000 objects more than at first, and never a cycle among them.
OBJECTS = 1_000_000


async def build(settings: Settings, schema: str, goal: dict[Place, int]) -> None:
    """Fill ``schema``, which is empty and best without indexes, with topic ``tasks`` up to ``goal``: several
    processes, each a partition at a time, so that what is known of its tasks stays small."""
    engine = _writing(settings, schema)
    try:
        async with connected(settings.kafka, settings.namespace, group=None) as consumer:
            builder = await Builder(consumer, Session(engine), settings).start()
            found = await builder.reachable(goal)
            await builder.close()
    finally:
        await engine.dispose()
    topic = settings.namespace + TASKS
    # The longest first, so that no process has a long one left when the others have none.
    wanted = sorted((-last, number) for (of, number), last in found.items() if of == topic and last >= 0)
    loop = asyncio.get_running_loop()
    # What they need is imported once, by the server that they are forked from.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["projections.rebuilding.bulk"])
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin) as pool:
        filling = [
            loop.run_in_executor(pool, _filled, settings, schema, number, -last) for last, number in wanted
        ]
        await asyncio.gather(*filling)


def _filled(settings: Settings, schema: str, partition: int, last: int) -> None:
    asyncio.run(_fill(settings, schema, partition, last))


async def _fill(settings: Settings, schema: str, partition: int, last: int) -> None:
    engine, session = _writing(settings, schema), None
    place = TopicPartition(settings.namespace + TASKS, partition)
    try:
        async with connected(settings.kafka, settings.namespace, group=None, most_bytes=FETCH) as consumer:
            session = Session(engine)
            consumer.assign([place])
            await session.run(
                partial(_fill_in_one, consumer=consumer, place=place, last=last, namespace=settings.namespace)
            )
            await session.close()
    finally:
        await engine.dispose()


async def _fill_in_one(
    connection: Connection, consumer: AIOKafkaConsumer, place: TopicPartition, last: int, namespace: str
) -> None:
    """The whole partition in one transaction: after an outage it begins anew.

    Raises Displaced where the schema has something of it: a rebuild that was killed left a process behind.
    """
    where = (place.topic, place.partition)
    await begin(connection, where)
    consumer.seek(place, 0)
    with Tasks() as tasks:
        filling, gathered, offset = Filling(tasks), Gathered(), -1
        while await consumer.position(place) <= last:
            messages = [m for m in await poll(consumer, 200, IN_SET) if m.offset <= last]
            if messages:
                gathered.add(filling.apply(decoded(messages, {where: offset}, namespace)), len(messages))
                offset = messages[-1].offset
            if gathered.events >= MOST_IN_SET:
                await copy(connection, gathered.taken())
        await copy(connection, gathered.taken())
        await finish(connection, filling, where, last)
    await connection.commit()


def _begin() -> None:
    """Of a process, before its first partition."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    collect_rarely(OBJECTS)


def _end_with_the_parent() -> None:
    """Who is left alone writes to nobody's tables; in a thread of its own, since nobody else would tell who
    waits for a lock, for PostgreSQL, or for the next partition."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _writing(settings: Settings, schema: str) -> AsyncEngine:
    engine = create_engine(settings.libpq_url, pool_size=1, application="tidemark-rebuild")
    return in_schema(engine, schema, writes=True)
