"""Read models made anew from offset 0, in a schema beside the live one; compared, and switched if wanted.

The live projection goes on meanwhile: what is compared is a snapshot of its tables, and only for the last
events before the switch it waits on its own offset rows.
"""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from infra.postgres import create_engine
from infra.settings import Settings
from projections.log import connected
from projections.polled import Place
from projections.rebuilding import indexes, switching
from projections.rebuilding.building import Builder
from projections.rebuilding.bulk import build
from projections.rebuilding.comparing import Difference, Side, compared
from projections.schema import LIVE, checked, in_schema
from projections.session import Session

BESIDE = "read_rebuilt"
_TABLES = sorted((Path(__file__).parent / "migrations").glob("p*.sql"))
_NOTE = """
DO $$ BEGIN EXECUTE format('COMMENT ON SCHEMA {schema} IS %L', jsonb_build_object('made_at', now())); END $$
"""
# No more events than this are applied while the live projection waits; caught up with in so many rounds.
FEW = 1_000
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """``rows`` by table in the new schema; ``differences`` by table, only where there are any; ``seconds`` by
    what was done."""

    rows: Mapping[str, int]
    differences: Mapping[str, int]
    switched: bool
    seconds: Mapping[str, float]


class Watch:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._began = time.perf_counter()

    def lap(self, what: str) -> None:
        now = time.perf_counter()
        self.laps[what], self._began = now - self._began, now


async def rebuild(settings: Settings, *, schema: str = BESIDE, switch: bool = False) -> Report:
    """Make the read models anew in ``schema`` and say how they differ from the live ones.

    With ``switch`` they take the live ones' place in one moment, whatever differs; the old ones stay as
    ``read_before``. Rejected rows that are past the topic's retention are taken over from the live ones.
    A rebuild that was killed leaves nothing but ``schema``, which the next one drops.
    """
    async with engines(settings, schema) as (engine, beside):
        await made(engine, schema)
        async with engine.connect() as connection:
            goal = await offsets(connection, LIVE)
        async with engine.begin() as connection:
            aside = await indexes.put_aside(connection, schema)
        watch = Watch()
        await build(settings, schema, goal)
        watch.lap("filled")
        await indexes.made(engine, aside)
        watch.lap("indexed")
        async with connected(settings.kafka, settings.namespace, group=None) as consumer:
            builder = await Builder(consumer, Session(beside), settings).start()
            found = await _compare(engine, builder, schema)
            watch.lap("compared")
            if switch:
                await _switch(engine, builder, schema)
                watch.lap("switched")
            await builder.close()
    return Report(found.rows, found.differences, switch, watch.laps)


async def rolled_back(settings: Settings) -> bool:
    """Whether there was something to go back to: what was live before the last switch is live again."""
    async with engines(settings, switching.BEFORE) as (engine, _), engine.begin() as connection:
        return await switching.roll_back(connection)


@asynccontextmanager
async def engines(settings: Settings, schema: str) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    """One for all schemas, and one that writes to ``schema`` alone."""
    engine = create_engine(settings.libpq_url, pool_size=3, application="tidemark-rebuild")
    beside = in_schema(
        create_engine(settings.libpq_url, pool_size=1, application="tidemark-rebuild"), schema, writes=True
    )
    try:
        yield engine, beside
    finally:
        await engine.dispose()
        await beside.dispose()


async def made(engine: AsyncEngine, schema: str) -> None:
    """Empty tables, in place of what an earlier rebuild has left."""
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {checked(schema)} CASCADE"))
        await connection.execute(text(f"CREATE SCHEMA {schema}"))
        await connection.execute(text(f"SET LOCAL search_path TO {schema}"))
        for tables in _TABLES:
            await connection.exec_driver_sql(tables.read_text(encoding="utf-8").replace("%", "%%"))
        # It goes with the schema wherever that is renamed to.
        await connection.execute(text(_NOTE.format(schema=schema)))


async def offsets(connection: AsyncConnection, schema: str) -> dict[Place, int]:
    """The last offset of each partition whose rows are in ``schema``."""
    found = await connection.execute(
        text(f'SELECT topic, partition, "offset" FROM {checked(schema)}.projection_offset')
    )
    return {(row.topic, row.partition): row.offset for row in found}


async def _compare(engine: AsyncEngine, builder: Builder, schema: str) -> Difference:
    """With a snapshot of the live tables, from the very place in the log where it was taken."""
    async with engine.connect() as live, engine.connect() as rebuilt:
        await live.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        await live.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await builder.run_to(await offsets(live, LIVE))
        await take_over_old_rejects(rebuilt, schema, builder.low)
        await rebuilt.commit()
        return await compared(Side(live, LIVE), Side(rebuilt, schema))


async def _switch(engine: AsyncEngine, builder: Builder, schema: str) -> None:
    for _ in range(MOST_ROUNDS):
        async with engine.connect() as connection:
            goal = await offsets(connection, LIVE)
        if builder.behind(goal) <= FEW:
            break
        await builder.run_to(goal)
    async with engine.begin() as connection:
        await switching.lock_offsets(connection)
        await builder.run_to(await offsets(connection, LIVE))
        await switching.switch(connection, schema)


async def take_over_old_rejects(connection: AsyncConnection, schema: str, low: Mapping[int, int]) -> None:
    """What the topic no longer has, its retention being over."""
    await connection.execute(
        text(
            f"INSERT INTO {checked(schema)}.reject SELECT r.* FROM {LIVE}.reject r"
            " JOIN unnest(CAST(:partitions AS int[]), CAST(:low AS bigint[])) n (partition, low)"
            ' ON r.partition = n.partition AND r."offset" < n.low ON CONFLICT DO NOTHING'
        ),
        {"partitions": list(low), "low": list(low.values())},
    )


def lines(report: Report) -> Sequence[str]:
    """The report for a terminal."""
    if report.differences:
        verdict = [f"different: {table}, {n} rows" for table, n in report.differences.items()]
    else:
        verdict = ["rebuilt equals live, row by row"]
    counted = ", ".join(f"{table} {n}" for table, n in report.rows.items())
    place = "The live tables were left as they are."
    if report.switched:
        place = "The rebuilt tables are live now."
    elif report.differences:
        place += " Put the rebuilt ones in their place: tidemark projections rebuild --switch"
    took = ", ".join(f"{what} in {seconds:.1f} s" for what, seconds in report.seconds.items())
    return [f"rows: {counted}", *verdict, took, place]
