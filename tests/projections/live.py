"""A projection that runs, and what its tests do to the log and to the tables."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

import psutil
import psycopg

from events.base import Event
from events.rows import RowCorrected
from events.topics import REJECTS, TASKS, topic_specs
from infra.clock import new_id
from infra.kafka import Publisher, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from projections.runner import Runner
from projections.schema import in_schema
from tests.projections.story import envelope

PATIENCE = 60.0


class Live:
    """One installation: topics, tables, a publisher, and projections that come and go."""

    def __init__(self, settings: Settings, publisher: Publisher) -> None:
        self.settings = settings
        self._publisher = publisher

    async def publish(self, *events: Event, task_id: str | None = None) -> str:
        """Append events of one task, a second apart by their times; returns the task's id."""
        task_id = task_id or new_id()
        topic = self.settings.namespace + TASKS
        envelopes = [envelope(event, task_id=task_id, second=n) for n, event in enumerate(events)]
        await self._publisher.publish_patiently(topic, envelopes)
        return task_id

    async def publish_rejects(self, task_id: str, *events: Event) -> None:
        envelopes = [envelope(event, task_id=task_id) for event in events]
        await self._publisher.publish_patiently(self.settings.namespace + REJECTS, envelopes)

    async def publish_corrections(self, task_id: str, row_no: int, *seconds: int) -> None:
        """Corrections of one row, each accepted at its own second, in this order in the log."""
        envelopes = [
            envelope(
                RowCorrected(attempt=1, row_no=row_no, raw={"second": str(second)}),
                task_id=task_id,
                second=second,
            )
            for second in seconds
        ]
        await self._publisher.publish_patiently(self.settings.namespace + REJECTS, envelopes)

    async def append(self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        await self._publisher.send(self.settings.namespace + topic, key, value, headers)

    @contextlib.asynccontextmanager
    async def projection(self) -> AsyncIterator["asyncio.Task[None]"]:
        """A projection process, as far as one test process can hold it."""
        engine = in_schema(create_engine(self.settings.libpq_url, pool_size=2), writes=True)
        running = asyncio.create_task(
            Runner(self.settings.kafka, engine, namespace=self.settings.namespace).run()
        )
        try:
            yield running
        finally:
            running.cancel()
            await asyncio.wait([running])
            await engine.dispose()

    async def command(self, *arguments: str) -> tuple[int, str]:
        """``python -m projections.main`` with this installation's settings: exit code, what it said."""
        process = await self._started(*arguments)
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def killed_when(self, statement: str, *arguments: str, **environment: str) -> None:
        """The same command, ended by SIGKILL with all its processes as soon as a query answers 1."""
        process = await self._started(*arguments, **environment)
        try:
            await self.until(statement)
            assert process.returncode is None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            said, _ = await process.communicate()
            assert process.returncode == -signal.SIGKILL, said.decode()

    @contextlib.asynccontextmanager
    async def left_alone_when(
        self, moment: Callable[[], Awaitable[object]], *arguments: str
    ) -> AsyncIterator[Sequence[psutil.Process]]:
        """The same command, it alone ended by SIGKILL when a moment has come: the processes that it has
        left. Whoever is still there in the end is ended."""
        process = await self._started(*arguments)
        left: list[psutil.Process] = []
        try:
            await moment()
            left = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            yield left
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()

    async def _started(self, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
        settings = self.settings
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "projections.main",
            *arguments,
            env=os.environ
            | {
                "TIDEMARK_KAFKA": settings.kafka,
                "TIDEMARK_DATABASE_URL": settings.libpq_url,
                "TIDEMARK_NAMESPACE": settings.namespace,
            }
            | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    async def killed(self, *arguments: str, seconds: float) -> None:
        """The same command, ended by SIGKILL with all its processes after that time, if it still runs."""
        process = await self._started(*arguments)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.settings.libpq_url, autocommit=True) as connection:
            connection.execute("SET search_path TO read, public")
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    async def until(self, statement: str, *parameters: Any, rows: Iterable[Any] = ((1,),)) -> None:
        """Wait until a query answers this; fails with what it answered last."""
        wanted, until = list(rows), time.monotonic() + PATIENCE
        while (found := self.rows(statement, *parameters)) != wanted:
            assert time.monotonic() < until, f"{statement} {parameters} still gives {found}, not {wanted}"
            await asyncio.sleep(0.02)

    async def status(self, task_id: str, status: str) -> None:
        await self.until("SELECT status FROM task WHERE id = %s", task_id, rows=[(status,)])


@contextlib.asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[Live]:
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    publisher = Publisher(settings.kafka)
    try:
        yield Live(settings, publisher)
    finally:
        await publisher.stop()
