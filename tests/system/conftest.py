"""One stack for all whole-system tests, with a 1C that they can disturb."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.system.client import Client
from tests.system.onec import OneC
from tests.system.running import RunningStack
from tests.system.statements import Statement, statement

_SEEDS = count(7_000)


@pytest.fixture(scope="session")
def onec_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneC]:
    found = OneC.on_a_free_port(tmp_path_factory.mktemp("onec") / "onec.log")
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def stack_of_the_run(onec_of_the_run: OneC) -> Iterator[RunningStack]:
    # Not in pytest's own folder, which every other run of pytest closes to other users, PostgreSQL's too.
    with tempfile.TemporaryDirectory(prefix="tidemark-system-") as folder:
        found = RunningStack(Path(folder) / "home", onec_of_the_run.settings)
        try:
            yield found
        finally:
            found.destroy()


@pytest.fixture
def onec(onec_of_the_run: OneC) -> OneC:
    """1C, running and without faults."""
    onec_of_the_run.start()
    return onec_of_the_run


@pytest.fixture
def stack(stack_of_the_run: RunningStack, onec: OneC) -> RunningStack:
    """The stack, running: a test may have stopped it before."""
    stack_of_the_run.start()
    return stack_of_the_run


@pytest.fixture(scope="session")
def clients() -> Iterator[dict[str, Client]]:
    """Who has signed in: a token outlives restarts."""
    found: dict[str, Client] = {}
    yield found
    for client in found.values():
        client.http.close()


@pytest.fixture
def manager(stack: RunningStack, clients: dict[str, Client]) -> Client:
    """Somebody who may start, stop and repeat."""
    if "manager" not in clients:
        clients["manager"] = Client.signed_in(stack.known()["api"], "manager", stack.passwords["manager"])
    return clients["manager"]


@pytest.fixture
def made(tmp_path: Path) -> "Making":
    return Making(tmp_path)


class Making:
    """Makes statements that nobody has uploaded yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, documents: int, bad: Sequence[str] = ()) -> Statement:
        return statement(self._folder, documents, next(_SEEDS), bad)
