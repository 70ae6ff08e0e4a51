"""A stack of the benchmark's own: started empty, stopped and deleted at the end whatever happens."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import BenchmarkFailed

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS, STOP_SECONDS = 180.0, 30.0
UP = "Tidemark answers at"
USER = "manager"


@dataclass(frozen=True, slots=True)
class Running:
    """Where the stack answers, and its data folder."""

    home: Path
    api: str
    kafka: str
    database_url: str
    password: str

    def pids(self) -> dict[str, int]:
        """Who runs now, by name; what ran once and has ended is not in it."""
        found: dict[str, int] = _read(self.home / "stack.json")["processes"]
        return {name: pid for name, pid in found.items() if Path(f"/proc/{pid}").exists()}


@contextlib.contextmanager
def running_stack(folder: Path) -> Iterator[Running]:
    """Everything that ``make up`` starts, in ``folder``/home; raises BenchmarkFailed if that fails."""
    home, console = folder / "home", folder / "console.log"
    folder.mkdir(parents=True, exist_ok=True)
    _delete(home)
    for left in folder.glob("*-*.txt"):
        left.unlink()
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "stack.main", "up"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=_environment(home),
        )
    try:
        _wait_until_up(process, console)
        known = _read(home / "stack.json")
        password = _read(home / "credentials.json")[USER]
        yield Running(home, known["api"], known["kafka"], known["database_url"], password)
    finally:
        _end(process)
        _keep_logs(home, folder / "logs")
        _delete(home)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's installation: the servers are the stack's own, the settings the usual ones."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("TIDEMARK_")}
    return others | {"TIDEMARK_HOME": str(home)}


def _wait_until_up(process: subprocess.Popen[bytes], console: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while UP not in console.read_text():
        if process.poll() is not None:
            raise BenchmarkFailed(f"the stack did not start:\n{console.read_text()[-2_000:]}")
        if time.monotonic() > until:
            raise BenchmarkFailed(f"no stack after {START_SECONDS:g} s:\n{console.read_text()[-2_000:]}")
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _keep_logs(home: Path, kept: Path) -> None:
    """The logs of the last run stay, for who wants to know why it went as it did."""
    shutil.rmtree(kept, ignore_errors=True)
    if (home / "logs").is_dir():
        shutil.copytree(home / "logs", kept)


def _delete(home: Path) -> None:
    """Also what a killed run has left: `reset` ends its processes first."""
    if not home.exists():
        return
    subprocess.run(
        [sys.executable, "-m", "stack.main", "reset", "--yes"],
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=60,
        cwd=ROOT,
        env=_environment(home),
    )
    shutil.rmtree(home, ignore_errors=True)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
