"""Time and ids, where the world is touched: ``domain/`` gets both as arguments."""

from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, with its zone."""
    return datetime.now(UTC)


def new_id() -> str:
    """A UUIDv7: ids made later sort later."""
    return str(uuid_utils.uuid7())
