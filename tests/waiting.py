"""Tests wait for facts, never for seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Fact = TypeVar("Fact")


def until(fact: Callable[[], Fact], what: str, seconds: float = 20) -> Fact:
    """Ask again and again until the answer is true; AssertionError names what did not happen."""
    end = time.monotonic() + seconds
    while True:
        answer = fact()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)


async def until_async(fact: Callable[[], Awaitable[Fact]], what: str, seconds: float = 20) -> Fact:
    """The same in a coroutine."""
    end = time.monotonic() + seconds
    while True:
        answer = await fact()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(0.02)
