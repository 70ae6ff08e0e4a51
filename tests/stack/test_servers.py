"""Servers that are too old, or not there, are refused with a clear message."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from stack.kafka import KafkaTooOld, check_kafka, oldest_fetch
from stack.ports import LOOPBACK, choose
from stack.postgres import PostgresTooOld, check_postgres

# The protocol's version 3.0, which a client names when it has given up on encryption.
STARTUP = 196_608
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A server that talks as ``answer`` does; its address."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        await answer(reader, writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, LOOPBACK, 0)
    async with server:
        yield f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*talks)


def broker(oldest: int) -> AbstractAsyncContextManager[str]:
    """A broker that only says which versions it speaks."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(struct.unpack(">i", await reader.readexactly(4))[0])
        versions = struct.pack(">hhhhhh", 0, 0, 12, 1, oldest, 17)
        body = struct.pack(">ihi", 1, 0, 2) + versions
        writer.write(struct.pack(">i", len(body)) + body)

    return serving(answer)


async def test_kafka_3_is_too_old() -> None:
    async with broker(oldest=0) as address:
        with pytest.raises(KafkaTooOld, match=r"older than 4\.0"):
            await check_kafka(address)


async def test_kafka_4_is_new_enough_wherever_it_is_in_the_list() -> None:
    async with broker(oldest=4) as address:
        await check_kafka(f"{LOOPBACK}:{choose(set())}, {address}")


async def test_a_missing_broker_is_named() -> None:
    with pytest.raises(ConnectionError, match="no Kafka answers at"):
        await check_kafka(f"{LOOPBACK}:{choose(set())}")


async def test_a_program_that_says_nothing_is_no_broker() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as address:
        assert await oldest_fetch(LOOPBACK, int(address.split(":")[1]), seconds=0.2) is None


async def test_a_missing_database_is_named() -> None:
    with pytest.raises(ConnectionError, match="no PostgreSQL answers"):
        await check_postgres(f"postgresql://nobody@{LOOPBACK}:{choose(set())}/nothing")


async def old_postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Lets everybody in and says that it is PostgreSQL 16."""

    def say(kind: bytes, body: bytes) -> None:
        writer.write(kind + struct.pack(">i", len(body) + 4) + body)

    while True:
        size, code = struct.unpack(">ii", await reader.readexactly(8))
        await reader.readexactly(size - 8)
        if code == STARTUP:
            break
        writer.write(b"N")
    say(b"R", struct.pack(">i", 0))
    for setting in (b"server_version\x0016.4\0", b"client_encoding\0UTF8\0"):
        say(b"S", setting)
    say(b"Z", b"I")
    await reader.read()


async def test_postgresql_16_is_too_old() -> None:
    async with serving(old_postgres) as address:
        with pytest.raises(PostgresTooOld, match="PostgreSQL 16 is too old"):
            await check_postgres(f"postgresql://nobody@{address}/nothing")
