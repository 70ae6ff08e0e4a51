"""An importer's hands on a database without transactions."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.postgres import create_engine
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    async with made.begin() as connection:
        await connection.execute(text("TRUNCATE bank_transaction"))
    yield made
    await made.dispose()


@pytest.fixture
def applying(engine: AsyncEngine) -> Applying:
    return Applying(engine, kind_named, "importer-1")
