"""Tables without indexes while they are filled from nothing: made at the end each is a fifth of the work."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from projections.schema import checked

# Of those that are filled by COPY alone; the others are small, or written by key.
TABLES = ("task", "attempt", "batch", "task_event", "task_standing", "task_snapshot")
# Two at a time have it: sorts of a million rows stay off the disk.
MEMORY = "64MB"
_KEYS = """
SELECT c.relname AS table_name, k.conname AS name, pg_get_indexdef(k.conindid) AS made
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND c.relname = ANY(:tables) AND k.contype = 'p'
"""
_OTHERS = """
SELECT tablename AS table_name, indexname AS name, indexdef AS made FROM pg_indexes
WHERE schemaname = :schema AND tablename = ANY(:tables)
"""


async def put_aside(connection: AsyncConnection, schema: str) -> list[list[str]]:
    """Drop the indexes of the large tables; the statements that make each again, the dearest first."""
    named = {"schema": checked(schema), "tables": list(TABLES)}
    keys = (await connection.execute(text(_KEYS), named)).all()
    for key in keys:
        await connection.execute(text(f"ALTER TABLE {schema}.{key.table_name} DROP CONSTRAINT {key.name}"))
    others = (await connection.execute(text(_OTHERS), named)).all()
    for other in others:
        await connection.execute(text(f"DROP INDEX {schema}.{other.name}"))
    made = [
        # Not as a constraint at once: that locks out whoever makes another index of the table.
        *([key.made, _constraint(schema, key.table_name, key.name)] for key in keys),
        *([other.made] for other in others),
    ]
    return sorted(made, key=_weight)


def _constraint(schema: str, table: str, name: str) -> str:
    return f"ALTER TABLE {schema}.{table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}"


def _weight(statements: Sequence[str]) -> tuple[bool, bool]:
    return (" USING gin " not in statements[0], ".task_event " not in statements[0])


async def made(engine: AsyncEngine, indexes: list[list[str]], at_once: int = 2) -> None:
    """Make them on ``at_once`` connections."""
    waiting = list(reversed(indexes))

    async def work() -> None:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET LOCAL maintenance_work_mem TO '{MEMORY}'"))
            await connection.execute(text("SET LOCAL max_parallel_maintenance_workers TO 0"))
            while waiting:
                await connection.execute(text(waiting.pop()[0]))
            await connection.commit()

    await asyncio.gather(*(work() for _ in range(at_once)))
    async with engine.begin() as connection:
        for statements in indexes:
            for statement in statements[1:]:
                await connection.execute(text(statement))
