"""Processes that a killed supervisor has left: found by what was written down, ended, never guessed."""

import contextlib
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from stack.children import kill_group
from stack.home import Home

PIDS = "pids.json"


def remember(home: Home, pids: Mapping[str, int]) -> None:
    """Write down who runs: a pid with its start time, because numbers are used again."""
    known = {}
    for name, pid in pids.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            known[name] = [pid, psutil.Process(pid).create_time()]
    home.write(PIDS, known)


def end_leftovers(home: Home, seconds: float = 3.0) -> list[str]:
    """End what an earlier supervisor of this folder started and did not stop; gives their names."""
    left = dict(_remembered(home))
    for process in left.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(left.values(), timeout=seconds)
    for process in alive:
        kill_group(process.pid)
    psutil.wait_procs(alive, timeout=seconds)
    (home.path / PIDS).unlink(missing_ok=True)
    return list(left)


def working_in(folder: Path) -> Iterator[psutil.Process]:
    """Processes whose working directory is ``folder``."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd() == str(folder):
                yield process


def _remembered(home: Home) -> Iterator[tuple[str, psutil.Process]]:
    for name, (pid, started) in home.read(PIDS).items():
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if abs(process.create_time() - started) < 0.01 and process.status() != psutil.STATUS_ZOMBIE:
                yield name, process
