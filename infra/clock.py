"""Time and ids, where the world is touched: ``domain/`` gets both as arguments."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import uuid_utils

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, with its zone."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The day that it is there."""
    return utc_now().astimezone(zone).date()


def new_id() -> str:
    """A UUIDv7: ids made later sort later."""
    return str(uuid_utils.uuid7())
