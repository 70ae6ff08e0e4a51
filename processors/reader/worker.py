"""The reader's process: claims attempts, reads some at once, keeps its leases alive, reports failures."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial

from sqlalchemy import text

from domain.errors import Retryable, TidemarkError
from domain.failures import error_info
from domain.retry import delay
from events.base import Event
from events.tasks import TaskStalled, TaskWorkFailed
from events.topics import TASKS
from infra.clock import new_id
from infra.postgres import is_outage
from jobs.base import TotalsRefused
from processors.reader.keeping import keep_totals
from processors.reader.leases import Lease, LeaseLost
from processors.reader.reading import Reader

log = logging.getLogger(__name__)

AT_ONCE = 4
# Without news an idle reader looks for leases that ran out this often.
IDLE_SECONDS = 1.0
# Readers that died one after the other without getting further: the source kills them.
MOST_TAKEOVERS = 5


class ReaderWorker:
    """Runs until cancelled. ``wake`` is set when an attempt was offered."""

    def __init__(self, reader: Reader, *, heartbeat: float = 2.0, at_once: int = AT_ONCE) -> None:
        self._reader = reader
        self._heartbeat_seconds = heartbeat
        self._at_once = at_once
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}
        self.wake = asyncio.Event()

    async def run(self) -> None:
        outages = 0
        try:
            while True:
                self.wake.clear()
                try:
                    await self._claim_all()
                    outages = 0
                except Exception as error:
                    if not is_outage(error):
                        raise
                    outages += 1
                    log.warning("PostgreSQL is away (try %d), reading waits", outages)
                    await asyncio.sleep(min(delay(outages).total_seconds(), 4))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), IDLE_SECONDS)
        finally:
            for task in self._running.values():
                task.cancel()

    async def _claim_all(self) -> None:
        while len(self._running) < self._at_once:
            lease = await self._reader.leases.claim(list(self._running))
            if lease is None:
                return
            key = (lease.spec.task_id, lease.spec.attempt)
            self._running[key] = task = asyncio.create_task(self._run(lease))
            task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: tuple[str, int], task: asyncio.Task[None]) -> None:
        del self._running[key]
        self.wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("reading %s/%d could not be reported, its lease will run out", *key, exc_info=error)

    async def _run(self, lease: Lease) -> None:
        where = f"{lease.spec.task_id}/{lease.spec.attempt}"
        if lease.taken_from is not None:
            await self._tell(lease, _stalled(lease, self._reader.worker))
        if lease.takeovers > MOST_TAKEOVERS:
            await self._give_up(lease, Retryable("reader_died", times=lease.takeovers))
            return
        try:
            await _while_alive(self._reader.read(lease), self._heartbeat(lease))
        except LeaseLost:
            log.info("reading %s stopped: the lease is gone or the attempt was ended", where)
        except TidemarkError as error:
            await self._give_up(lease, error)
        except Exception as error:
            if is_outage(error):
                # The lease stays ours; the loop claims it again when the database answers.
                log.warning("reading %s was interrupted: %s", where, type(error).__name__)
                return
            log.exception("reading %s failed", where)
            await self._give_up(
                lease, Retryable("reader_crashed", detail="".join(traceback.format_exception(error)))
            )

    async def _heartbeat(self, lease: Lease) -> None:
        """Renew until cancelled; while the database is away there is nobody to lose the lease to."""
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            try:
                await self._reader.leases.renew(lease)
            except Exception as error:
                if not is_outage(error):
                    raise

    async def _give_up(self, lease: Lease, error: TidemarkError) -> None:
        if isinstance(error, TotalsRefused):
            await keep_totals(self._reader.engine, lease, error.totals)
        detail_id = await self._keep_detail(lease, error.detail)
        event = TaskWorkFailed(
            attempt=lease.spec.attempt,
            tries=lease.tries,
            worker=self._reader.worker,
            error=error_info(error, detail_id),
        )
        await self._tell(lease, event)
        await self._reader.leases.finish(lease)

    async def _keep_detail(self, lease: Lease, detail: str | None) -> str | None:
        """Words from outside stay out of the log: it gets their id."""
        if detail is None:
            return None
        detail_id = new_id()
        async with self._reader.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO error_detail (id, task_id, detail) VALUES (:id, :task, :detail)"),
                {"id": detail_id, "task": lease.spec.task_id, "detail": detail.replace("\0", "")[:10_000]},
            )
        return detail_id

    async def _tell(self, lease: Lease, event: Event) -> None:
        envelope = self._reader.envelope(lease, event)
        await self._reader.publisher.publish_patiently(self._reader.namespace + TASKS, [envelope])


def _stalled(lease: Lease, successor: str) -> TaskStalled:
    return TaskStalled(attempt=lease.spec.attempt, worker=str(lease.taken_from), successor=successor)


async def _while_alive(work: Awaitable[None], heartbeat: Awaitable[None]) -> None:
    """Do ``work`` while ``heartbeat`` runs; a heartbeat that fails ends the work with its error."""
    working, beating = asyncio.ensure_future(work), asyncio.ensure_future(heartbeat)
    try:
        await asyncio.wait({working, beating}, return_when=asyncio.FIRST_COMPLETED)
        if beating.done() and not working.done():
            beating.result()
        await working
    finally:
        for task in (working, beating):
            task.cancel()
        await asyncio.gather(working, beating, return_exceptions=True)
