"""What the conductor says to a request, waited for as long as a person waits without wondering."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from api.context import Context

ANSWER_SECONDS = 2.0


class Answer(Protocol):
    """Whether anything was said yet."""

    @property
    def given(self) -> bool: ...


Said = TypeVar("Said", bound=Answer)


async def answered(context: Context, look: Callable[[AsyncConnection], Awaitable[Said]]) -> Said:
    """The answer as soon as the read model has it; after 2 s whatever there is."""
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        async with context.reading.connect() as connection:
            answer = await look(connection)
        left = until - time.monotonic()
        if answer.given or left <= 0:
            return answer
        # Also without news: the hub may be reconnecting.
        await context.hub.changed(min(left, 0.25))
