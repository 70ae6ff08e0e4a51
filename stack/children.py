"""A child process: how it is started, when it counts as ready, how it ends."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Is asked with the pid, so that another program on the same port is not taken for the child.
Probe = Callable[[int], Awaitable[bool]]
PR_SET_PDEATHSIG = 1

# Loaded before any fork: nothing may be imported between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Child:
    """A row of the process table. It starts when all of ``after`` are ready (names that the table
    does not have are fulfilled elsewhere) and stops when all that come after it have stopped.

    ``once`` = runs to its end and must succeed; the others are kept alive. ``ready`` is asked every
    50 ms; without it a child is ready as soon as it runs. ``orphan_signal`` is what it gets when
    the supervisor is gone (Linux); every process here survives SIGKILL without losing data.
    ``alive``: a file that it touches while it is well; one that stands still is ended and started again.
    ``nice``: who answers people comes before who works through a million rows.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    once: bool = False
    ready: Probe | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    user: int | None = None
    group: int | None = None
    nice: int = 0
    alive: Path | None = None


async def spawn(child: Child, log: Path) -> asyncio.subprocess.Process:
    """Start it in a process group of its own, writing to the end of ``log``."""
    parent = os.getpid()

    def before_exec() -> None:
        if child.nice:
            os.nice(child.nice)
        # After setuid, which clears the setting; a parent that died meanwhile sends nothing.
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(child.orphan_signal))
            if os.getppid() != parent:
                os._exit(1)

    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(child.environment),
            cwd=child.folder,
            process_group=0,
            user=child.user,
            group=child.group,
            extra_groups=None if child.user is None else [],
            preexec_fn=before_exec,
        )


async def end(child: Child, process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Ask it to stop, wait, then SIGKILL what is left of its group. False if it had to be killed."""
    in_time = True
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(child.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            in_time = False
    kill_group(process.pid)
    await process.wait()
    return in_time


def kill_group(pid: int) -> None:
    """SIGKILL to whatever a child has left in its group; children lead groups of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
