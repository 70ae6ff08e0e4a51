"""Many WebSocket clients in a process of their own, so that who makes the load does not delay who watches."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import NamedTuple

import orjson
import websockets

from benchmarks.report import BenchmarkFailed

READY_SECONDS, END_SECONDS = 60.0, 60.0


class Sighting(NamedTuple):
    """A client was told, at this time (seconds since 1970), of a task as of this place in the log."""

    task_id: str
    partition: int
    offset: int
    at: float


Sightings = list[list[Sighting]]


class Watchers:
    """The process, and what it says."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait_until_ready(self) -> None:
        """All have their snapshot."""
        self._receive(READY_SECONDS)

    def stop(self) -> Sightings:
        """What each client saw, in its order."""
        self._connection.send("stop")
        found: Sightings = self._receive(END_SECONDS)
        return found

    def _receive(self, seconds: float) -> Sightings:
        try:
            if self._connection.poll(seconds):
                answer: Sightings = self._connection.recv()
                return answer
        except EOFError as error:
            raise BenchmarkFailed("the WebSocket clients ended by themselves") from error
        raise BenchmarkFailed(f"the WebSocket clients said nothing for {seconds:g} s")


@contextmanager
def watchers(api: str, token: str, clients: int) -> Iterator[Watchers]:
    """So many clients of ``/ws/tasks``; the process is gone when the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    url = f"{api.replace('http', 'ws', 1)}/ws/tasks"
    process = context.Process(target=_run, args=(theirs, url, token, clients), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Watchers(ours)
    finally:
        process.join(1)
        process.kill()
        process.join()
        ours.close()


def _run(connection: Connection, url: str, token: str, clients: int) -> None:
    asyncio.run(_watch(connection, url, token, clients))


async def _watch(connection: Connection, url: str, token: str, clients: int) -> None:
    """Tell when all have begun; tell what they saw when asked. A client that fails ends the process."""
    seen: Sightings = [[] for _ in range(clients)]
    begun = [asyncio.Event() for _ in range(clients)]
    asked_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(connection.fileno(), asked_to_stop.set)
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(_follow(url, token, *one)) for one in zip(seen, begun, strict=True)]
        for event in begun:
            await event.wait()
        connection.send([])
        await asked_to_stop.wait()
        connection.send(seen)
        for task in following:
            task.cancel()


async def _follow(url: str, token: str, seen: list[Sighting], begun: asyncio.Event) -> None:
    async with websockets.connect(
        url, proxy=None, compression=None, max_size=None, open_timeout=30
    ) as socket:
        await socket.send(json.dumps({"type": "auth", "token": token, "from": None}))
        await socket.recv()
        begun.set()
        async for text in socket:
            at = time.time()
            message = orjson.loads(text)
            if message["type"] == "task":
                task = message["task"]
                partition, _, offset = task["position"].partition(":")
                seen.append(Sighting(task["id"], int(partition), int(offset), at))
    raise BenchmarkFailed("the server closed a WebSocket")
