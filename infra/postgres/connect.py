"""The engine, the psycopg connection below it, and the line between an outage and a mistake."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.retry import delay

log = logging.getLogger(__name__)

SERVER_VERSION = 18

# Deadlocks, serialisation failures and every connection or resource trouble pass by themselves;
# a constraint that fails does not. Classes of SQLSTATE, PostgreSQL's appendix A.
_PASSING = ("08", "40", "53", "55", "57", "58")

# A worker that is stopped in the middle of a transaction must not hold its locks for ever.
_OPTIONS = "-c idle_in_transaction_session_timeout=30s"
# A prepared statement keeps the plan it was given; made while a table was empty, it reads all of it for ever.
_PLANNED_ANEW = " -c plan_cache_mode=force_custom_plan"


def create_engine(
    database_url: str, *, pool_size: int = 5, application: str = "tidemark", loads: bool = False
) -> AsyncEngine:
    """An async engine over psycopg 3 for a ``postgresql://`` URL.

    Connections are tested before use, so a restarted server costs a reconnect and no error. ``loads``: for
    who fills tables.
    """
    scheme, _, rest = database_url.partition("://")
    if scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError(f"database_url must be a postgresql:// URL, not {scheme}://")
    options = _OPTIONS + _PLANNED_ANEW if loads else _OPTIONS
    return create_async_engine(
        f"postgresql+psycopg://{rest}",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": application, "connect_timeout": 5, "options": options},
    )


async def driver(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection under a SQLAlchemy one, for COPY."""
    raw = await connection.get_raw_connection()
    found = raw.driver_connection
    assert isinstance(found, psycopg.AsyncConnection)
    return found


@asynccontextmanager
async def driver_of(engine: AsyncEngine) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A psycopg connection out of the engine's pool; who opens a transaction on it ends it."""
    async with engine.connect() as connection:
        yield await driver(connection)


def is_outage(error: BaseException) -> bool:
    """True where the cause is the server or the way to it, and waiting is right."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if isinstance(error.orig, psycopg.Error):
            return is_outage(error.orig)
        return isinstance(error, (OperationalError, InterfaceError))
    if isinstance(error, psycopg.Error):
        if error.sqlstate is not None:
            return error.sqlstate[:2] in _PASSING
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return isinstance(error, (ConnectionError, TimeoutError, OSError))


async def wait_for_postgres(engine: AsyncEngine) -> None:
    """Return when the server answers; log once a try. Too old a server is an error, not waited for."""
    tries = 0
    while True:
        try:
            async with engine.connect() as connection:
                number = int(str(await connection.scalar(text("SHOW server_version_num"))))
            break
        except Exception as error:
            if not is_outage(error):
                raise
            tries += 1
            log.warning("PostgreSQL does not answer (try %d)", tries)
            await asyncio.sleep(delay(tries).total_seconds())
    if number < SERVER_VERSION * 10_000:
        raise SystemExit(f"PostgreSQL {SERVER_VERSION} or newer is required, this one is {number // 10_000}.")
