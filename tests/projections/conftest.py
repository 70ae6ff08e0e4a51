"""An installation of the module's own, on the real servers."""

from collections.abc import AsyncIterator

import pytest

from infra.settings import Settings
from tests.projections.live import Live, living


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Live]:
    async with living(settings) as live:
        yield live
