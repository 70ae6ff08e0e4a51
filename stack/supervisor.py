"""Starts a table of children, keeps them alive, stops them; knows nothing of what they are."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stack.children import Child, kill_group, spawn
from stack.delays import next_delay
from stack.liveness import until_it_stands_still
from stack.logs import keep_bounded, last_lines
from stack.stopping import STOP_SECONDS, stop_in_order

POLL = 0.05
# A child that never got ready in this many tries (15 s) never will; later on it is tried for ever.
FIRST_TRIES = 5

Pids = dict[str, int]


class StartFailed(Exception):
    """The stack did not come up; the message names the child and quotes its last words."""


class Supervisor:
    """One run of a table. ``say`` speaks to the person at the console, ``changed`` is told all pids
    whenever one changes."""

    def __init__(
        self,
        table: Sequence[Child],
        logs: Path,
        say: Callable[[str], None],
        changed: Callable[[Pids], None],
    ) -> None:
        self._table = table
        self._logs = logs
        self._say = say
        self._changed = changed
        self._ready = {child.name: asyncio.Event() for child in table}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._starting = asyncio.Lock()

    def stop(self) -> None:
        """Begin to stop."""
        self._stopping.set()

    def _signalled(self) -> None:
        """Ctrl-C stops; a second one does not wait for anybody."""
        if self.stops():
            for process in self._running.values():
                kill_group(process.pid)
        self.stop()

    def stops(self) -> bool:
        """Whether the end has begun."""
        return self._stopping.is_set()

    async def wait_until_ready(self) -> None:
        """Return when every child was ready once."""
        for event in self._ready.values():
            await event.wait()

    async def run(self) -> None:
        """Start all, keep them, and return when everything has stopped after ``stop``.

        Raises StartFailed where a ``once`` child fails; then everything is stopped as well.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled)
        keepers = [asyncio.create_task(self._keep(child), name=child.name) for child in self._table]
        trimming = asyncio.create_task(keep_bounded(self._logs))
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await self._until_stopped_or_failed([*keepers, trimming], stopped)
        finally:
            self._stopping.set()
            await self._stop_all()
            for task in (*keepers, trimming, stopped):
                task.cancel()
            await asyncio.gather(*keepers, trimming, stopped, return_exceptions=True)

    async def _until_stopped_or_failed(
        self, tasks: Sequence[asyncio.Task[None]], stopped: asyncio.Task[bool]
    ) -> None:
        waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {*tasks, stopped}
        while stopped in waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _keep(self, child: Child) -> None:
        """One child's life, from the readiness of what it needs to the stop."""
        for name in child.after:
            if name in self._ready:
                await self._ready[name].wait()
        delay: float | None = None
        tries = 0
        while not self.stops():
            began = time.monotonic()
            process = await self._start(child)
            if process is None:
                return
            code = await self._attend(child, process)
            if self.stops() or (child.once and code == 0):
                return
            tries += 1
            ready = self._ready[child.name].is_set()
            if child.once or (not ready and tries == FIRST_TRIES):
                raise StartFailed(f"{child.name} {_how(code)}:\n{last_lines(self._log(child))}")
            delay = next_delay(delay, ready, time.monotonic() - began)
            self._say(f"{child.name} {_how(code)}; starts again in {delay:g} s (its log: {self._log(child)})")
            await self._pause(delay)

    async def _start(self, child: Child) -> asyncio.subprocess.Process | None:
        """Start it, unless the end has begun: nothing may appear behind the back of the stopping."""
        async with self._starting:
            if self.stops():
                return None
            process = await spawn(child, self._log(child))
            self._running[child.name] = process
        self._tell()
        return process

    async def _attend(self, child: Child, process: asyncio.subprocess.Process) -> int:
        """Say when it is ready, wait for its end, and leave nothing of its group behind."""
        began = time.monotonic()
        beside = [
            asyncio.create_task(self._announce(child, process, began)),
            asyncio.create_task(self._watch(child, process)),
        ]
        try:
            code = await process.wait()
        finally:
            for task in beside:
                task.cancel()
        if child.once and code == 0:
            self._is_ready(child, began)
        if not self.stops():
            kill_group(process.pid)
            del self._running[child.name]
            self._tell()
        return code

    async def _watch(self, child: Child, process: asyncio.subprocess.Process) -> None:
        """End it when it stands still: a process that hangs is not dead, and nobody else does its work."""
        if child.alive is None:
            return
        child.alive.unlink(missing_ok=True)
        await until_it_stands_still(child.alive)
        if not self.stops():
            self._say(f"{child.name} stands still and is ended")
            kill_group(process.pid)

    async def _announce(self, child: Child, process: asyncio.subprocess.Process, began: float) -> None:
        if child.once:
            return
        while child.ready is not None and not await child.ready(process.pid):
            await asyncio.sleep(POLL)
        self._is_ready(child, began)

    def _is_ready(self, child: Child, began: float) -> None:
        if not self.stops():
            word = "done" if child.once else "ready"
            self._say(f"{child.name}: {word} after {time.monotonic() - began:.1f} s")
            self._ready[child.name].set()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _stop_all(self) -> None:
        until = time.monotonic() + STOP_SECONDS - 0.5
        async with self._starting:
            pass
        await stop_in_order(self._table, self._running, self._say, until)
        self._running.clear()
        self._tell()

    def _tell(self) -> None:
        self._changed({name: process.pid for name, process in self._running.items()})

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"


def _how(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
