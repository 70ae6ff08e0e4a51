"""One task's rows made anew from the log, in the place of those that are there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.settings import Settings
from projections.log import connected
from projections.rebuild import engines, made, offsets, take_over_old_rejects
from projections.rebuilding import switching
from projections.rebuilding.building import Builder
from projections.schema import LIVE, checked
from projections.session import Session

BESIDE = "read_repair"
# Tables whose rows belong to a task, and the column that says to which.
_OWNED = {"task": "id", "purged_task": "id"} | dict.fromkeys(
    ("attempt", "batch", "reject", "task_event", "task_standing", "task_snapshot"), "task_id"
)
_STORED = """
SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = :schema AND table_name = :table AND is_generated = 'NEVER'
"""
_MOVED = f"""
INSERT INTO {LIVE}.task_count_change AS c (grain, bucket, partition, status, n)
SELECT grain, date_trunc(grain, at, 'UTC'), partition, moved, sum(n) FROM (
    SELECT at, partition, status AS moved, CAST(:by AS bigint) AS n FROM {LIVE}.task_standing
    WHERE task_id = :task AND status IS DISTINCT FROM before AND status IS NOT NULL
    UNION ALL
    SELECT at, partition, before, -CAST(:by AS bigint) FROM {LIVE}.task_standing
    WHERE task_id = :task AND status IS DISTINCT FROM before AND before IS NOT NULL
) m CROSS JOIN (VALUES ('day'), ('minute')) g (grain) GROUP BY 1, 2, 3, 4
ON CONFLICT (grain, bucket, partition, status) DO UPDATE SET n = c.n + excluded.n
"""
# Of the other tasks' hours none is known here: they stay.
_HOURS = f"INSERT INTO {LIVE}.process_hour TABLE {BESIDE}.process_hour ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Repaired:
    """``changed`` by table: how many rows were on one side only; empty = all was as the log says.
    ``known``: the log tells of such a task."""

    changed: Mapping[str, int]
    known: bool


async def repair(settings: Settings, task_id: UUID) -> Repaired:
    """Make the task's rows as the log says; all others, and the live projection, go on as they are but for
    a moment at the end. Reads the whole topic, so that it is as long as a rebuild's reading is."""
    async with engines(settings, BESIDE) as (engine, beside):
        await made(engine, BESIDE)
        async with connected(settings.kafka, settings.namespace, group=None) as consumer:
            builder = await Builder(consumer, Session(beside), settings, task=str(task_id)).start()
            async with engine.connect() as connection:
                goal = await offsets(connection, LIVE)
            await builder.run_to(goal)
            async with engine.begin() as connection:
                await switching.lock_offsets(connection)
                await builder.run_to(await offsets(connection, LIVE))
                await take_over_old_rejects(connection, BESIDE, builder.low)
                known = await _told_of(connection, task_id)
                changed = await _replaced(connection, task_id)
            await builder.close()
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA {BESIDE} CASCADE"))
    return Repaired(changed, known)


async def _told_of(connection: AsyncConnection, task_id: UUID) -> bool:
    found = text(f"SELECT EXISTS (SELECT FROM {BESIDE}.task_event WHERE task_id = :task)")
    return bool(await connection.scalar(found, {"task": task_id}))


async def _replaced(connection: AsyncConnection, task_id: UUID) -> dict[str, int]:
    changed = {}
    await _count(connection, task_id, -1)
    for table, column in _OWNED.items():
        before, after = [await _hashes(connection, of, table, column, task_id) for of in (LIVE, BESIDE)]
        if apart := (before - after).total() + (after - before).total():
            changed[table] = apart
        named = {"task": task_id}
        await connection.execute(text(f"DELETE FROM {LIVE}.{table} WHERE {column} = :task"), named)
        columns = await connection.scalar(text(_STORED), {"schema": LIVE, "table": table})
        found = f"SELECT {columns} FROM {BESIDE}.{table} WHERE {column} = :task"
        await connection.execute(text(f"INSERT INTO {LIVE}.{table} ({columns}) {found}"), named)
    await connection.execute(text(_HOURS))
    await _count(connection, task_id, +1)
    return changed


async def _count(connection: AsyncConnection, task_id: UUID, by: int) -> None:
    """Take the task out of the counters, or into them."""
    await connection.execute(
        text(
            f"INSERT INTO {LIVE}.task_count AS c (partition, status, n)"
            f" SELECT partition, status, :by FROM {LIVE}.task WHERE id = :task"
            " ON CONFLICT (partition, status) DO UPDATE SET n = c.n + excluded.n"
        ),
        {"task": task_id, "by": by},
    )
    await connection.execute(text(_MOVED), {"task": task_id, "by": by})


async def _hashes(
    connection: AsyncConnection, schema: str, table: str, column: str, task_id: UUID
) -> Counter[int]:
    found = await connection.execute(
        text(f"SELECT hashtextextended(t::text, 0) FROM {checked(schema)}.{table} t WHERE {column} = :task"),
        {"task": task_id},
    )
    return Counter(found.scalars())
