"""One installation a module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from infra.settings import Settings
from tests.api.installation import Installation, installed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(settings: Settings) -> AsyncIterator[Installation]:
    async with installed(settings.model_copy(update={"onec_url": "http://127.0.0.1:9/odata"})) as made:
        yield made
