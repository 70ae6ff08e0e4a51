"""A whole installation for the command line's tests: every process real, on the servers of the run."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from typer.testing import Result

from infra.settings import Settings
from stack.environment import ROOT
from stack.ports import choose
from stack.table import WORKERS
from tests.cli.running import tidemark
from tests.waiting import until

PASSWORDS = {"admin": "admin-word", "manager": "manager-word", "user": "user-word"}


class Installed:
    """What a test needs: an environment in which ``tidemark`` finds everything."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.env = {
            "TIDEMARK_HOME": str(settings.home),
            "TIDEMARK_KAFKA": settings.kafka,
            "TIDEMARK_DATABASE_URL": settings.libpq_url,
            "TIDEMARK_NAMESPACE": settings.namespace,
            "TIDEMARK_OBJECT_STORE": settings.object_store_url,
            "TIDEMARK_SECRET": settings.signing_key(),
            "TIDEMARK_PORT": str(port),
            "TIDEMARK_API_URL": self.url,
            **{f"TIDEMARK_{user.upper()}_PASSWORD": word for user, word in PASSWORDS.items()},
        }

    def run(self, *arguments: object, answer: str | None = None, **env: str) -> Result:
        """One command as the manager; ``env`` names settings without their prefix."""
        more = {f"TIDEMARK_{name}": value for name, value in env.items()}
        return tidemark(*arguments, env=self.env | more, answer=answer)

    def spawned(self, *arguments: str) -> subprocess.Popen[str]:
        """One command in a process of its own, which can be sent signals."""
        return subprocess.Popen(
            [ROOT / "tidemark", *arguments],
            env=os.environ | self.env | {"LC_ALL": "C", "PYTHONFAULTHANDLER": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # What is started in the background of a shell has it ignored, and would hand that on.
            preexec_fn=_heeds_interrupts,
        )


def _heeds_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def installed(settings: Settings) -> Iterator[Installed]:
    """Topics and users made by the command line itself, then every worker; all end with the block."""
    found = Installed(settings, choose(set()))
    for command in (("migrate",), ("topics", "ensure"), ("users", "ensure")):
        done = found.run(*command)
        assert done.exit_code == 0, done.output
    with ExitStack() as stack:
        for worker in WORKERS:
            stack.enter_context(_running(worker.name, worker.command, found.env, settings.home))
        until(lambda: _ready(found.url), "the API is ready", 60)
        yield found


@contextmanager
def _running(name: str, command: tuple[str, ...], env: dict[str, str], home: Path) -> Iterator[None]:
    own = {**os.environ, **env, "TIDEMARK_WORKER": name, "PYTHONPATH": str(ROOT)}
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=own, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False
