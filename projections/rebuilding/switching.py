"""Which read models are live: those in schema ``read``; what was live before stays beside for a rollback."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.schema import LIVE, checked

BEFORE = "read_before"
_ASIDE = "read_aside"


async def lock_offsets(connection: AsyncConnection) -> None:
    """From here to the end of the transaction the live projection waits."""
    await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    await connection.execute(text(f"SELECT FROM {LIVE}.projection_offset FOR UPDATE"))


async def switch(connection: AsyncConnection, schema: str) -> None:
    """``schema`` becomes the live one, in the caller's transaction."""
    await connection.execute(text(f"DROP SCHEMA IF EXISTS {BEFORE} CASCADE"))
    await connection.execute(text(f"ALTER SCHEMA {LIVE} RENAME TO {BEFORE}"))
    await connection.execute(text(f"ALTER SCHEMA {checked(schema)} RENAME TO {LIVE}"))


async def roll_back(connection: AsyncConnection) -> bool:
    """What was live before is live again, and the other way round; it catches up from its own offsets.
    False where there is no such schema."""
    if not await connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": BEFORE}):
        return False
    await lock_offsets(connection)
    await connection.execute(text(f"ALTER SCHEMA {LIVE} RENAME TO {_ASIDE}"))
    await connection.execute(text(f"ALTER SCHEMA {BEFORE} RENAME TO {LIVE}"))
    await connection.execute(text(f"ALTER SCHEMA {_ASIDE} RENAME TO {BEFORE}"))
    return True
