"""A supervisor of dummies in a process of its own, and what can be seen of it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from stack.environment import ROOT
from tests.waiting import until


@dataclass
class Running:
    """The supervisor and its folder."""

    home: Path
    process: subprocess.Popen[bytes]
    console: Path

    def said(self) -> str:
        return self.console.read_text()

    def stack(self) -> dict[str, Any]:
        """stack.json, empty where there is none."""
        try:
            content: dict[str, Any] = json.loads((self.home / "stack.json").read_bytes())
        except FileNotFoundError:
            return {}
        return content

    def pids(self) -> dict[str, int]:
        found: dict[str, int] = self.stack().get("processes", {})
        return found

    def wait_until_up(self, *names: str) -> dict[str, int]:
        until(lambda: "Tidemark answers" in self.said() and set(names) <= set(self.pids()), "the stack is up")
        return self.pids()

    def interrupt(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(15)


def alive(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has waited for does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@contextlib.contextmanager
def supervised(home: Path, scenario: str) -> Iterator[Running]:
    """Start a supervisor of dummies; whatever it leaves is killed at the end."""
    home.mkdir(exist_ok=True)
    console = home.with_suffix(".console")
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.dummies", str(home), scenario],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    running = Running(home, process, console)
    try:
        yield running
    finally:
        pids = running.pids()
        process.kill()
        process.wait()
        for pid in pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _measured() -> dict[str, str]:
    """Nothing of the caller's environment but the path, and what coverage needs."""
    return {
        name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COVERAGE")
    }


def stack_command(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``python -m stack.main …`` on a folder."""
    return subprocess.run(
        [sys.executable, "-m", "stack.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
        env=_measured() | {"HOME": str(home.parent), "TIDEMARK_HOME": str(home)} | variables,
    )
