"""Faust as it must be used here (0.15.3): see the docstrings, each names what it prevents."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import faust
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.worker import Worker

from infra.alive import keep_touching
from infra.garbage import collect_rarely

log = logging.getLogger(__name__)

# While there is work: a partition that was full, or left out of a fetch, is asked for again within 50 ms.
BUSY_FETCH_MS = 50
BUSY_POLL_SECONDS = 0.05
# Where all partitions are full: until a batch is done.
FULL_SECONDS = 0.02
# While there is none: a message ends the wait at once, so that waiting longer costs nothing but polls.
IDLE_FETCH_MS = 500
IDLE_AFTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class AppSettings:
    """One Faust app: its group, its member (fixed per supervised process) and its buffer."""

    group: str
    member: str
    bootstrap: str
    buffer: int = 4096
    session_timeout: float = 10.0
    max_poll_interval: float = 86_400.0
    datadir: str = "/tmp/tidemark-faust"
    alive_file: Path | None = None


class _Consumer(Consumer):
    """Polls that fit the work. Faust waits 1.5 s for a fetch and sleeps 1 s whenever all partitions are
    full, so that a batch of high priority stood behind 3,000 low ones for 30 s instead of 0.2 s."""

    _last_records = 0.0

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:
        busy = time.monotonic() - self._last_records < IDLE_AFTER_SECONDS
        if self.flow_active:
            active = self._get_active_partitions()
            if not active:
                await asyncio.sleep(FULL_SECONDS)
                return {}, set()
            busy = busy or len(active) < len(self.assignment())
        self._let_fetches_wait(BUSY_FETCH_MS if busy else IDLE_FETCH_MS)
        found = await super()._wait_next_records(BUSY_POLL_SECONDS if busy else timeout)
        if found[0]:
            self._last_records = time.monotonic()
        return found

    def _let_fetches_wait(self, milliseconds: int) -> None:
        consumer = self._thread._consumer
        if consumer is not None and consumer._fetcher is not None:
            consumer._fetcher._fetch_max_wait_ms = milliseconds


class _Transport(Transport):
    Consumer = _Consumer


class App(faust.App):
    """Faust starts a failed agent again and goes on behind the message: here the process ends.

    ``closing``: what a process has opened for its agents, closed when they have stopped.
    """

    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def on_stop(self) -> None:
        await super().on_stop()
        for close in self.closing:
            await close()

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
        datadir=settings.datadir,
    )
    app.transport = _Transport(app.conf.broker_consumer, app)
    app.task(partial(keep_touching, settings.alive_file))
    return app


async def die(agent: Any, error: BaseException) -> NoReturn:
    """An exception nobody classified ends the process: no agent outlives one, nothing is skipped.

    The message was not acknowledged, so the successor gets it again.
    """
    log.critical("agent %s failed, the process ends", getattr(agent, "name", agent), exc_info=error)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(70)


def run(app: faust.App, *, log_level: str = "INFO") -> NoReturn:
    """Run a worker until SIGTERM: by Faust's Worker, never by its command line (which binds
    0.0.0.0:6066 whatever ``web_enabled`` says)."""
    collect_rarely()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = Worker(app, loglevel=log_level, loop=loop, quiet=True, redirect_stdouts=False, daemon=True)
    worker.execute_from_commandline()


Handle = Callable[[list[Any]], Awaitable[None]]


async def in_sets(stream: Any, handle: Handle, *, most: int = 500) -> None:
    """Give ``handle`` everything that has arrived, up to ``most`` events at a time, in order; acknowledge
    when it returns.

    Never ``stream.take``: it acknowledges in ``finally``, and an exception on the second message
    lost it for good. An exception of ``handle`` leaves here with nothing acknowledged.
    """
    queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=most)
    worker = asyncio.ensure_future(_drain(queue, handle, most))
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
    try:
        while True:
            events = [await queue.get()]
            while len(events) < most and not queue.empty():
                events.append(queue.get_nowait())
            await handle(events)
            for event in events:
                event.ack()
    except Exception as error:  # noqa: BLE001 - the edge: whoever is not classified ends the process
        await die("in_sets", error)
