"""Faust as we configure it loses nothing: an agent that blocks, an agent that fails."""

import asyncio
import sys
import uuid
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from events.topics import TopicSpec
from infra.kafka import Publisher, ensure_topics

pytestmark = pytest.mark.integration

WORDS = ["one", "two", "three", "four"]


@pytest.fixture
def topic() -> str:
    return f"agents.{uuid.uuid4().hex[:8]}"


@pytest.fixture
def handled(tmp_path: Path) -> Path:
    return tmp_path / "handled"


@asynccontextmanager
async def agent(bootstrap: str, topic: str, file: Path, mode: str) -> AsyncIterator[Process]:
    """The process; ended with the test."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.processors.agent_process", bootstrap, topic, f"group.{topic}", str(file), mode),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def send(bootstrap: str, topic: str, words: Sequence[str] = WORDS) -> None:
    """The words, in order, into one partition."""
    await ensure_topics(bootstrap, [TopicSpec(topic, 1, 1, {}, "task_id", ())])
    publisher = Publisher(bootstrap)
    await publisher.send_all(topic, [(b"key", word.encode(), []) for word in words])
    await publisher.stop()


async def until(file: Path, words: list[str]) -> list[str]:
    """Wait until the last word was handled; returns everything that was."""
    while True:
        found = file.read_text().split() if file.exists() else []
        if words[-1] in found:
            return found
        await asyncio.sleep(0.05)


async def test_an_agent_blocked_longer_than_its_session_loses_and_repeats_nothing(
    kafka_bootstrap: str, topic: str, handled: Path
) -> None:
    await send(kafka_bootstrap, topic)
    async with agent(kafka_bootstrap, topic, handled, "block"):
        assert await until(handled, WORDS) == WORDS


@pytest.mark.parametrize("mode", ["raise", "set"])
async def test_an_agent_that_raises_ends_its_process_and_the_next_one_goes_on_with_the_message(
    kafka_bootstrap: str, topic: str, handled: Path, mode: str
) -> None:
    await send(kafka_bootstrap, topic)
    async with agent(kafka_bootstrap, topic, handled, mode) as first:
        assert await first.wait() == 70
    assert handled.read_text().split()[-1] == "one"
    if handled.read_text().split().count("one") == 1:
        handled.write_text("one\none\n")
    async with agent(kafka_bootstrap, topic, handled, mode):
        found = await until(handled, WORDS)
    assert [word for word in found if word != "one"] == ["two", "three", "four"]


@pytest.mark.parametrize("mode", ["lose", "deaf"])
async def test_a_consumer_that_forgets_messages_is_found_and_they_come_again(
    kafka_bootstrap: str, topic: str, handled: Path, mode: str
) -> None:
    """Later messages came and were done: they must not take the lost ones with them."""
    await send(kafka_bootstrap, topic, WORDS[:3])
    async with agent(kafka_bootstrap, topic, handled, mode) as first:
        await until(handled, ["one"])
        await send(kafka_bootstrap, topic, WORDS[3:])
        assert await first.wait() == 70
    assert handled.read_text().split() == (["one", "four"] if mode == "lose" else ["one"])
    handled.write_text("")
    async with agent(kafka_bootstrap, topic, handled, mode):
        assert await until(handled, WORDS) == WORDS[1:]


async def test_messages_that_come_while_the_flow_is_off_come_again_though_nothing_was_committed_yet(
    kafka_bootstrap: str, topic: str, handled: Path
) -> None:
    """Faust throws them away, and places only partitions with a committed offset."""
    await send(kafka_bootstrap, topic, [])
    async with agent(kafka_bootstrap, topic, handled, "pause"):
        while not handled.with_suffix(".paused").exists():
            await asyncio.sleep(0.05)
        await send(kafka_bootstrap, topic)
        assert await until(handled, WORDS) == WORDS
