"""Kafka and PostgreSQL for one test run, shared by all its workers.

Chosen as an installation chooses: TIDEMARK_KAFKA and TIDEMARK_DATABASE_URL, then containers where a
Docker engine answers, then the embedded ones. Run as ``python -m tests.servers FOLDER PID`` it holds
the servers until process PID, the test run's, is gone.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from stack.home import Home
from stack.logs import last_lines
from stack.ports import ports_for
from stack.postgres import postgres_child, postgres_url
from tests.containers import Containers, docker_answers

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
# A test run's data outlives no crash: nothing waits for the disk.
RECKLESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses; ``database_url`` is of a database from which others may be made."""

    kafka: str
    database_url: str


def shared_servers(run_pid: int) -> Servers:
    """The servers of the test run whose main process is ``run_pid``; the first who asks starts them."""
    with run_lock(run_pid) as folder:
        found = folder / "servers.json"
        if not found.exists():
            found.write_text(json.dumps(asdict(_given() or _start_patiently(folder, run_pid))))
        return Servers(**json.loads(found.read_text()))


@contextlib.contextmanager
def run_lock(run_pid: int) -> Iterator[Path]:
    """The folder of a test run, for one of its workers at a time."""
    folder = Path(tempfile.gettempdir()) / f"tidemark-tests-{os.getuid()}-{run_pid}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def end_run(run_pid: int) -> None:
    """Stop what this run has started and forget its folder."""
    folder = Path(tempfile.gettempdir()) / f"tidemark-tests-{os.getuid()}-{run_pid}"
    for holder in folder.rglob("holder.pid"):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(holder.read_text()))
            process.terminate()
            process.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


def _given() -> Servers | None:
    kafka, database = os.environ.get("TIDEMARK_KAFKA"), os.environ.get("TIDEMARK_DATABASE_URL")
    return Servers(kafka, database) if kafka and database else None


def _start_patiently(folder: Path, run_pid: int) -> Servers:
    """A port that somebody took meanwhile must not fail every test of the run: once more with others."""
    try:
        return _start(folder, run_pid)
    except RuntimeError as first:
        again = folder / "again"
        again.mkdir()
        sys.stderr.write(f"{first}\n")
        return _start(again, run_pid)


def _start(folder: Path, run_pid: int) -> Servers:
    """Start the holder and wait until it says that both answer."""
    log = folder / "holder.log"
    with log.open("wb") as output:
        holder = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", str(folder), str(run_pid)],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    (folder / "holder.pid").write_text(str(holder.pid))
    answer = folder / "held.json"
    until = time.monotonic() + START_SECONDS
    while not answer.exists():
        if holder.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the servers of this test run did not start:\n{last_lines(log)}")
        time.sleep(0.02)
    # It is ended by its pid, in another process perhaps: not ours to wait for.
    holder.returncode = 0
    return Servers(**json.loads(answer.read_text()))


async def hold_embedded(folder: Path, run_pid: int) -> None:
    """Run embedded servers in ``folder`` until the test run is gone."""
    from stack.kafka import kafka_child
    from stack.supervisor import Supervisor

    home = Home(folder)
    home.make()
    ports = ports_for(home, None, print)
    password = home.secret("postgres.key")
    environment = dict(os.environ)
    table = [
        kafka_child(
            home.kafka, ports["kafka"], ports["kafka_controller"], print, environment, starts_again=False
        ),
        postgres_child(home.postgres, ports["postgres"], password, environment, **RECKLESS),
    ]
    supervisor = Supervisor(table, home.logs, print, lambda pids: None)
    running = asyncio.create_task(supervisor.run())
    ready = asyncio.create_task(supervisor.wait_until_ready())
    await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        _say(folder, Servers(f"127.0.0.1:{ports['kafka']}", postgres_url(ports["postgres"], password)))
        while psutil.pid_exists(run_pid) and not running.done():
            await asyncio.wait([running], timeout=0.5)
    supervisor.stop()
    await running


def hold_containers(folder: Path, run_pid: int) -> None:
    """The same with containers."""
    with Containers() as containers:
        _say(folder, Servers(containers.kafka, containers.database_url))
        while psutil.pid_exists(run_pid):
            time.sleep(0.5)


def _say(folder: Path, servers: Servers) -> None:
    draft = folder / "held.draft"
    draft.write_text(json.dumps(asdict(servers)))
    draft.replace(folder / "held.json")


def main(folder: Path, run_pid: int) -> None:
    if docker_answers():
        hold_containers(folder, run_pid)
    else:
        asyncio.run(hold_embedded(folder, run_pid))
    if not psutil.pid_exists(run_pid):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
