"""Bring one machine's stack up in the foreground, and say what happens."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from infra.settings import Settings
from stack.children import Child
from stack.environment import child_environment, system_environment, users_environment
from stack.home import Home
from stack.kafka import check_kafka, kafka_child
from stack.leftovers import end_leftovers, remember
from stack.ports import ports_for
from stack.postgres import check_postgres, postgres_child
from stack.supervisor import Pids, Supervisor
from stack.table import own_children

Say = Callable[[str], None]
Prepare = Callable[[Home, Settings, Say], Awaitable[tuple["Stack", list[Child]]]]
Guest = Callable[["Stack"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stack:
    """What somebody who uses a running stack needs to know."""

    home: Home
    api: str
    kafka: str
    database_url: str
    onec: str
    passwords: dict[str, str]

    def description(self, pids: Pids) -> dict[str, object]:
        """The content of stack.json."""
        return {
            "api": self.api,
            "kafka": self.kafka,
            "database_url": self.database_url,
            "onec": self.onec,
            "processes": pids,
        }


async def run_stack(
    settings: Settings, say: Say, guest: Guest | None = None, prepare: Prepare | None = None
) -> None:
    """Start everything, then serve until a signal; with ``guest``, until that returns. ``prepare``
    makes another table than the usual one.

    Raises AlreadyRunning, PortTaken, StartFailed, DownloadFailed, KafkaTooOld, PostgresTooOld or
    ConnectionError before or instead.
    """
    began = time.monotonic()
    home = Home(settings.home.resolve())
    with home.held():
        for name in end_leftovers(home):
            say(f"{name} was left over from a killed run and has been ended")
        stack, table = await (prepare or _prepare)(home, settings, say)
        supervisor = Supervisor(table, home.logs, say, lambda pids: _write(stack, pids))
        try:
            await _serve(supervisor, _welcome(supervisor, stack, say, guest, began))
        finally:
            home.stack_file.unlink(missing_ok=True)
            (home.path / "pids.json").unlink(missing_ok=True)
    say(f"Stopped. The data stays in {home.path}")


async def _prepare(home: Home, settings: Settings, say: Say) -> tuple[Stack, list[Child]]:
    """Choose the servers, fetch and format what is missing, and fill in the process table."""
    given = settings.model_fields_set
    ports = ports_for(home, settings.port if "port" in given else None, say)
    environment = child_environment(home, ports, settings)
    passwords = home.credentials(settings.passwords())
    servers: list[Child] = []
    if "kafka" in given:
        await check_kafka(settings.kafka)
        say(f"kafka: the one at {settings.kafka} (TIDEMARK_KAFKA)")
    else:
        servers.append(_kafka(home, ports, say))
    if "database_url" in given:
        await check_postgres(settings.libpq_url)
        say("postgres: the one of TIDEMARK_DATABASE_URL")
    else:
        servers.append(_postgres(home, ports, say))
    own = own_children(environment, users_environment(passwords), simulator="onec_url" not in given)
    stack = Stack(
        home=home,
        api=environment["TIDEMARK_API_URL"],
        kafka=environment["TIDEMARK_KAFKA"],
        database_url=environment["TIDEMARK_DATABASE_URL"],
        onec=environment["TIDEMARK_ONEC_URL"],
        passwords=passwords,
    )
    return stack, [*servers, *own]


def _kafka(home: Home, ports: dict[str, int], say: Say) -> Child:
    if not home.kafka.exists():
        say("kafka: formatting its data folder (1 MB)")
    return kafka_child(home.kafka, ports["kafka"], ports["kafka_controller"], say, system_environment())


def _postgres(home: Home, ports: dict[str, int], say: Say) -> Child:
    if not home.postgres.exists():
        say("postgres: making its data folder (40 MB)")
    return postgres_child(home.postgres, ports["postgres"], home.secret("postgres.key"), system_environment())


def _write(stack: Stack, pids: Pids) -> None:
    remember(stack.home, pids)
    stack.home.write(stack.home.stack_file.name, stack.description(pids))


async def _serve(supervisor: Supervisor, visitor: Coroutine[None, None, None]) -> None:
    """Run the supervisor with somebody beside it, whose error is raised when everything has stopped."""
    visit = asyncio.create_task(visitor)
    try:
        await supervisor.run()
    finally:
        visit.cancel()
        await asyncio.wait([visit])
    if not visit.cancelled():
        visit.result()


async def _welcome(supervisor: Supervisor, stack: Stack, say: Say, guest: Guest | None, began: float) -> None:
    """Say when all is up, then let the guest work; its end is the end of the stack."""
    await supervisor.wait_until_ready()
    say(f"Tidemark answers at {stack.api} ({time.monotonic() - began:.1f} s)")
    if guest is None:
        say(f"Users and passwords: {_shown(stack.home.credentials_file)} · Ctrl-C stops everything")
        return
    try:
        await guest(stack)
    finally:
        supervisor.stop()


def _shown(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
