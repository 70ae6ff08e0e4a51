"""The whole stack in a folder of its own, as a person starts it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from stack.environment import ROOT
from stack.logs import last_lines
from stack.ports import choose
from tests.stack.running import alive
from tests.system.guarded import environment, started
from tests.waiting import until

UP_SECONDS = 180
# What a stack is made of here; 1C is the tests' own, so that they can take it away.
PROCESSES = frozenset(
    {"kafka", "postgres", "api", "conductor", "reader", "importer-1", "importer-2", "projections"}
)


@dataclass
class RunningStack:
    """``python -m stack.main up`` and what can be seen of it. ``settings`` are its TIDEMARK_*."""

    home: Path
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    # Everything that was ever seen running, to leave nothing behind.
    seen: set[int] = field(default_factory=set)
    _heard: int = 0

    def start(self) -> None:
        """Start it, unless it runs, and return when it says that it answers."""
        if self.process is not None and self.process.poll() is None:
            return
        if not self.home.exists():
            self.home.mkdir()
            # A port nobody else wants: 8000, the default, may be a person's.
            (self.home / "ports.json").write_text(json.dumps({"api": choose(set())}))
        self._heard = len(self._console.read_bytes()) if self._console.exists() else 0
        self.process = started(
            [sys.executable, "-m", "stack.main", "up"],
            self._console,
            environment(TIDEMARK_HOME=str(self.home), TIDEMARK_ROOTS_SECONDS="1", **self.settings),
            signal.SIGTERM,
        )
        until(self._answers_or_ended, "the stack answers", UP_SECONDS)

    def _answers_or_ended(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the stack ended:\n{last_lines(self._console)}"
        return "Tidemark answers at" in self.said() and self.pids().keys() >= PROCESSES

    @property
    def _console(self) -> Path:
        return self.home.with_suffix(".console")

    def said(self) -> str:
        """What it said to the person at the console since its last start."""
        return self._console.read_bytes()[self._heard :].decode()

    def known(self) -> dict[str, Any]:
        """stack.json, empty while there is none."""
        try:
            content: dict[str, Any] = json.loads((self.home / "stack.json").read_bytes())
        except FileNotFoundError:
            return {}
        self.seen.update(content["processes"].values())
        return content

    def pids(self) -> dict[str, int]:
        found: dict[str, int] = self.known().get("processes", {})
        return found

    @property
    def kafka(self) -> str:
        return str(self.known()["kafka"])

    @property
    def passwords(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home / "credentials.json").read_bytes())
        return found

    def database(self) -> psycopg.Connection[Any]:
        """A connection of one's own; it breaks when PostgreSQL is killed."""
        return psycopg.connect(self.known()["database_url"], autocommit=True, connect_timeout=5)

    def environment_of(self, name: str, **changed: str) -> dict[str, str]:
        """What a process of the stack was started with, for another one like it."""
        return psutil.Process(self.pids()[name]).environ() | changed

    def wait_until_restarted(self, name: str, before: int) -> None:
        """Another process has taken the place of ``before``, and that was said."""
        until(lambda: self.pids().get(name, before) != before, f"another {name}", 60)
        assert self._last_said(f"{name} ", "starts again in")
        until(
            lambda: (
                self._last_said(f"{name}: ", "ready after") > self._last_said(f"{name} ", "starts again in")
            ),
            f"{name} says that it is ready",
            60,
        )

    def _last_said(self, start: str, words: str) -> int:
        """The number of the last such line, 0 where there is none."""
        lines = enumerate(self.said().splitlines(), 1)
        return max((n for n, line in lines if line.startswith(start) and words in line), default=0)

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Ask it to stop; how many seconds that took. Whatever is left is killed."""
        if self.process is None:
            return 0.0
        self.pids()
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        return time.monotonic() - began

    def left_over(self) -> list[str]:
        """Processes of this stack that still live: those in stack.json, and whoever names its folder."""
        found = [str(pid) for pid in self.seen if alive(pid)]
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(str(self.home) in part for part in (*process.cmdline(), process.cwd())):
                    found.append(f"{process.pid} {process.name()}")
        return found

    def destroy(self) -> None:
        """End it for sure."""
        self.stop()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.seen:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


@contextlib.contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """The process is there and does nothing (SIGSTOP), until the end of the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def tidemark(stack: RunningStack, *arguments: str, user: str | None = None) -> str:
    """What the command line prints in English, wide enough for every line."""
    as_user = {} if user is None else {"TIDEMARK_USER": user}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--lang", "en", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env=environment(TIDEMARK_HOME=str(stack.home), COLUMNS="200", **as_user),
    )
    return done.stdout + done.stderr
