"""Faust as it must be used here (0.15.3): see the docstrings, each names what it prevents."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import faust
from faust.worker import Worker

from infra.alive import keep_touching
from infra.faust_consumer import CarefulConsumer, CarefulTransport
from infra.garbage import collect_rarely
from infra.standstill import stands_still

log = logging.getLogger(__name__)

Read = TypeVar("Read")

# How often a worker looks whether its partitions move.
LOOK_SECONDS = 5.0
# A consumer that is joining its group is not left before the broker has answered, which takes up to a
# session; nothing is lost by going without a word, the successor has the same member id.
LEAVE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class AppSettings:
    """One Faust app: its group, its member (fixed per supervised process) and its buffer."""

    group: str
    member: str
    bootstrap: str
    buffer: int = 4096
    session_timeout: float = 10.0
    max_poll_interval: float = 86_400.0
    alive_file: Path | None = None
    # Longer than any fetch or commit takes, and shorter than a person's patience.
    stuck_seconds: float = 30.0


class App(faust.App):
    """Faust starts a failed agent again and goes on behind the message: here the process ends.

    ``closing``: what a process has opened for its agents, closed when they have stopped.
    """

    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def on_stop(self) -> None:
        await super().on_stop()
        for close in self.closing:
            await close()
        asyncio.get_running_loop().call_later(LEAVE_SECONDS, _leave)

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        await die(agent, exc)


def build_app(settings: AppSettings) -> App:
    """An app that cannot lose a message by configuration.

    * an agent may block for a day (``broker_max_poll_interval``): past it Faust wedges for good;
    * a member keeps its id, so the successor of a killed process goes on after 1.8 s, not 10;
    * no tables, no leader topic, no web server.
    """
    app = App(
        settings.group,
        broker=[f"aiokafka://{server}" for server in settings.bootstrap.split(",")],
        consumer_group_instance_id=settings.member,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / 5,
        broker_max_poll_interval=settings.max_poll_interval,
        broker_request_timeout=max(30.0, settings.session_timeout + 5),
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=settings.buffer,
        stream_wait_empty=False,
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        value_serializer="raw",
        key_serializer="raw",
        web_enabled=False,
        worker_redirect_stdouts=False,
        datadir="/tmp/tidemark-faust",
    )
    app.transport = CarefulTransport(app.conf.broker_consumer, app)
    app.task(partial(keep_touching, settings.alive_file))
    app.task(partial(_end_when_stuck, app, settings.stuck_seconds))
    return app


async def _end_when_stuck(app: App, seconds: float) -> None:
    consumer = cast(CarefulConsumer, app.consumer)
    where = await stands_still(consumer, seconds, min(LOOK_SECONDS, seconds / 2))
    await die("consumer", TimeoutError(f"no message is on its way though there are some: {where}"))


def ending(name: str, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Work beside the agents, as a task or by a timer: it ends the process as an agent does."""

    @wraps(work)
    async def ended() -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the edge: what nobody classified ends the process
            await die(name, error)

    return ended


async def die(agent: Any, error: BaseException) -> NoReturn:
    """An exception nobody classified ends the process: no agent outlives one, nothing is skipped.

    The message was not acknowledged, so the successor gets it again.
    """
    log.critical("agent %s failed, the process ends", getattr(agent, "name", agent), exc_info=error)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(70)


def _leave() -> None:
    log.info("the group does not answer, the process ends")
    logging.shutdown()
    os._exit(0)


def run(app: faust.App, *, log_level: str = "INFO") -> NoReturn:
    """Run a worker until SIGTERM: by Faust's Worker, never by its command line (which binds
    0.0.0.0:6066 whatever ``web_enabled`` says)."""
    collect_rarely()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = Worker(app, loglevel=log_level, loop=loop, quiet=True, redirect_stdouts=False, daemon=True)
    worker.execute_from_commandline()


async def one_ahead(stream: Any, unpack: Callable[[Any], Read]) -> AsyncGenerator[tuple[Any, Read], None]:
    """Events with what ``unpack`` makes of their message: of the next one, while whoever has this one waits
    for a database. Nothing is acknowledged; ``unpack`` raises nothing."""
    # Never a plain ``async for value in stream``: it acknowledges what an exception interrupts.
    events = aiter(stream.noack().events())

    async def following() -> tuple[Any, Read]:
        event = await anext(events)
        return event, unpack(event.message)

    coming = asyncio.ensure_future(following())
    try:
        while True:
            # Not held here while whoever takes it works: a batch may be 20 MB.
            found = [await coming]
            coming = asyncio.ensure_future(following())
            yield found.pop()
    except StopAsyncIteration:
        return
    finally:
        coming.cancel()


Handle = Callable[[list[Any]], Awaitable[None]]


async def in_sets(stream: Any, handle: Handle, *, most: int = 500) -> None:
    """Give ``handle`` everything that has arrived, up to ``most`` events at a time, in order; acknowledge
    when it returns.

    Never ``stream.take``: it acknowledges in ``finally``, and an exception on the second message
    lost it for good. An exception of ``handle`` leaves here with nothing acknowledged.
    """
    queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=most)
    worker = asyncio.ensure_future(ending("in_sets", partial(_drain, queue, handle, most))())
    try:
        async for event in stream.noack().events():
            putting = asyncio.ensure_future(queue.put(event))
            await asyncio.wait({putting, worker}, return_when=asyncio.FIRST_COMPLETED)
            if worker.done():
                putting.cancel()
                break
        await worker
    finally:
        worker.cancel()


async def _drain(queue: asyncio.Queue[Any], handle: Handle, most: int) -> None:
    while True:
        events = [await queue.get()]
        while len(events) < most and not queue.empty():
            events.append(queue.get_nowait())
        await handle(events)
        for event in events:
            event.ack()
