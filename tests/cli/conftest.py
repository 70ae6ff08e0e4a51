"""An installation that the command talks to."""

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from tests.cli.installation import Installed, installed


@pytest.fixture(scope="module")
def live(settings: Settings) -> Iterator[Installed]:
    with installed(settings) as found:
        yield found
