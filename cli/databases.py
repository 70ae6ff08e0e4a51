"""PostgreSQL for the few commands that need it directly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cli.failures import Unreachable
from infra.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import AsyncEngine


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """An engine that is closed afterwards; Unreachable where nothing answers."""
    # SQLAlchemy takes 0.2 s to import: most commands never see a database.
    from sqlalchemy.exc import InterfaceError, OperationalError

    from infra.postgres import create_engine

    engine = create_engine(settings.libpq_url, application="tidemark-cli")
    try:
        yield engine
    except (OperationalError, InterfaceError) as error:
        raise unreachable(settings, error) from error
    finally:
        await engine.dispose()


def unreachable(settings: Settings, error: DBAPIError) -> Unreachable:
    """In words, without the password."""
    from sqlalchemy.engine import make_url

    where = make_url(settings.libpq_url).render_as_string(hide_password=True)
    return Unreachable("cli.database_unreachable", where, reason=_first_line(error.orig))


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
