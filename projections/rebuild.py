"""Read models made anew from offset 0, in a schema beside the live one; compared, and switched if wanted.

The live projection goes on meanwhile. Only for the last stretch, the comparison and the switch it waits
on its own offset rows, so that both schemas stand at the same place in the log.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from events.topics import PARTITIONS, REJECTS
from infra.postgres import create_engine
from infra.settings import Settings
from projections.log import connected, poll, topics_when_there
from projections.offsets import starting_points
from projections.schema import LIVE, checked, in_schema
from projections.session import Session
from projections.store import Place, apply_set, decoded

log = logging.getLogger(__name__)

BESIDE = "read_rebuilt"
BEFORE = "read_before"
# In the order of their names, which is that of their versions.
_TABLES = sorted((Path(__file__).parent / "migrations").glob("p[0-9][0-9][0-9]_*.sql"))
# What is compared: all rows, but of offsets not when somebody last looked at the log's end.
COMPARED = {
    "task": "TABLE {schema}.task",
    "attempt": "TABLE {schema}.attempt",
    "batch": "TABLE {schema}.batch",
    "reject": "TABLE {schema}.reject",
    "task_event": "TABLE {schema}.task_event",
    "unreadable": "TABLE {schema}.unreadable",
    "purged_task": "TABLE {schema}.purged_task",
    "task_count": "SELECT * FROM {schema}.task_count WHERE n <> 0",
    "projection_offset": 'SELECT topic, partition, topic_id, "offset" FROM {schema}.projection_offset',
}


@dataclass(frozen=True, slots=True)
class Report:
    """``rows`` by table in the new schema; ``differences`` by table, only where there are any."""

    rows: dict[str, int]
    differences: dict[str, int]
    switched: bool


async def rebuild(settings: Settings, *, schema: str = BESIDE, switch: bool = False) -> Report:
    """Make the read models anew in ``schema`` and say how they differ from the live ones.

    With ``switch`` they take the live ones' place in the same moment, whatever differs; the old ones stay
    as ``read_before``. Rejected rows that are past the topic's retention are taken over from the live ones.
    """
    engine = create_engine(settings.libpq_url, pool_size=2, application="tidemark-rebuild")
    beside = in_schema(
        create_engine(settings.libpq_url, pool_size=1, application="tidemark-rebuild"), schema, writes=True
    )
    try:
        await _make(engine, schema)
        async with connected(settings.kafka, settings.namespace, group=None) as consumer:
            builder = Builder(consumer, Session(beside), settings)
            await builder.start()
            async with engine.connect() as connection:
                await builder.run_to(await _offsets(connection, LIVE))
            async with engine.begin() as connection:
                # From here to the commit the live projection waits.
                await builder.run_to(await _offsets(connection, LIVE, "FOR UPDATE"))
                await _take_over_old_rejects(connection, schema, builder.low)
                differences = await compare(connection, LIVE, schema)
                rows = await _rows(connection, schema)
                if switch:
                    await _switch(connection, schema)
            await builder.close()
    finally:
        await engine.dispose()
        await beside.dispose()
    return Report(rows, differences, switch)


class Builder:
    """Applies the log to another schema, up to exactly the offsets it is told."""

    def __init__(self, consumer: AIOKafkaConsumer, session: Session, settings: Settings) -> None:
        self._consumer = consumer
        self._session = session
        self._settings = settings
        self._positions: dict[Place, int] = {}
        self.low: dict[int, int] = {}

    async def start(self) -> None:
        """Begin at the first offset there is."""
        namespace = self._settings.namespace
        ids = await topics_when_there(self._settings.kafka, namespace)
        partitions = [TopicPartition(topic, number) for topic in ids for number in range(PARTITIONS)]
        self._consumer.assign(partitions)
        for topic, topic_id in ids.items():
            mine = [partition for partition in partitions if partition.topic == topic]
            low = {p.partition: n for p, n in (await self._consumer.beginning_offsets(mine)).items()}
            end = {p.partition: n for p, n in (await self._consumer.end_offsets(mine)).items()}
            read = partial(
                starting_points, topic=topic, topic_id=topic_id, low=low, end=end, namespace=namespace
            )
            for number, offset in (await self._session.run(read)).items():
                self._consumer.seek(TopicPartition(topic, number), offset + 1)
                self._positions[topic, number] = offset
            if topic == namespace + REJECTS:
                self.low = low

    async def run_to(self, goal: dict[Place, int]) -> None:
        """Apply everything up to ``goal``, nothing after it; no further than the log goes, which may have
        been made anew since the goal was somebody's."""
        partitions = [TopicPartition(*place) for place in goal]
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        goal = {place: min(offset, ends[TopicPartition(*place)] - 1) for place, offset in goal.items()}
        while any(self._positions[place] < offset for place, offset in goal.items()):
            messages = await poll(self._consumer, 200)
            wanted = [m for m in messages if m.offset <= goal.get((m.topic, m.partition), -1)]
            polled = decoded(wanted, self._positions, self._settings.namespace)
            if polled.after:
                await self._session.run(partial(apply_set, polled=polled, channel=None))
                self._positions.update(polled.after)
        # What came beyond the goal was thrown away: ask for it again next time.
        for (topic, partition), offset in self._positions.items():
            self._consumer.seek(TopicPartition(topic, partition), offset + 1)

    async def close(self) -> None:
        await self._session.close()


async def compare(connection: AsyncConnection, one: str, other: str) -> dict[str, int]:
    """How many rows of each table are in only one of two schemas; equal tables are left out."""
    found = {}
    for table, rows in COMPARED.items():
        left, right = rows.format(schema=checked(one)), rows.format(schema=checked(other))
        different = await connection.scalar(
            text(
                f"SELECT count(*) FROM (({left} EXCEPT ALL {right}) UNION ALL ({right} EXCEPT ALL {left})) d"
            )
        )
        if different:
            found[table] = int(different)
    return found


async def _make(engine: AsyncEngine, schema: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {checked(schema)} CASCADE"))
        await connection.execute(text(f"CREATE SCHEMA {schema}"))
        await connection.execute(text(f"SET LOCAL search_path TO {schema}"))
        for tables in _TABLES:
            await connection.exec_driver_sql(tables.read_text(encoding="utf-8"))


async def _offsets(connection: AsyncConnection, schema: str, lock: str = "") -> dict[Place, int]:
    found = await connection.execute(
        text(f'SELECT topic, partition, "offset" FROM {checked(schema)}.projection_offset {lock}')
    )
    return {(row.topic, row.partition): row.offset for row in found}


async def _take_over_old_rejects(connection: AsyncConnection, schema: str, low: dict[int, int]) -> None:
    await connection.execute(
        text(
            f"INSERT INTO {checked(schema)}.reject SELECT r.* FROM {LIVE}.reject r"
            " JOIN unnest(CAST(:partitions AS int[]), CAST(:low AS bigint[])) n (partition, low)"
            ' ON r.partition = n.partition AND r."offset" < n.low ON CONFLICT DO NOTHING'
        ),
        {"partitions": list(low), "low": list(low.values())},
    )


async def _rows(connection: AsyncConnection, schema: str) -> dict[str, int]:
    return {
        table: int(await connection.scalar(text(f"SELECT count(*) FROM {checked(schema)}.{table}")) or 0)
        for table in COMPARED
    }


async def _switch(connection: AsyncConnection, schema: str) -> None:
    await connection.execute(text(f"DROP SCHEMA IF EXISTS {BEFORE} CASCADE"))
    await connection.execute(text(f"ALTER SCHEMA {LIVE} RENAME TO {BEFORE}"))
    await connection.execute(text(f"ALTER SCHEMA {checked(schema)} RENAME TO {LIVE}"))


def lines(report: Report) -> Sequence[str]:
    """The report for a terminal."""
    if report.differences:
        verdict = [f"different: {table}, {n} rows" for table, n in report.differences.items()]
    else:
        verdict = ["rebuilt equals live, row by row"]
    counted = ", ".join(f"{table} {n}" for table, n in report.rows.items())
    place = (
        "The rebuilt tables are live now." if report.switched else "The live tables were left as they are."
    )
    return [f"rows: {counted}", *verdict, place]
