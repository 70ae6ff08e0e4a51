"""What tests share: servers for the run, a database and topics for each module."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from infra.settings import Settings
from tests.databases import fresh_database, migrated_template
from tests.servers import Servers, end_run, shared_servers

# They need a whole stack, and disturb it. Most of the time they wait for it: two go on at once, each with a
# stack of its own, and one worker has the tests of one stack.
SYSTEM = ("tests/system/", "tests/stack/test_demo.py", "tests/web/browser/")
STACKS = 2


def _run_pid() -> int:
    """The main process of this test run; a worker of pytest-xdist is its child."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


class Files(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole files, each with its database, and whole-system tests as one file for each stack.

    Groups (``--dist loadgroup``) have no effect here: pytest-xdist 3.8 writes them into an attribute
    that pytest 9.2 no longer reads.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._stack_of: dict[str, int] = {}
        self._tests = Counter(dict.fromkeys(range(STACKS), 0))

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if not nodeid.startswith(SYSTEM):
            return file
        if file not in self._stack_of:
            self._stack_of[file] = min(self._tests, key=self._tests.__getitem__)
        self._tests[self._stack_of[file]] += 1
        return f"stack {self._stack_of[file]}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Files:
    # In the order below, not the largest file first.
    config.option.loadscopereorder = False
    return Files(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole-system tests run last, when nothing else disturbs them."""
    items.sort(key=lambda item: item.nodeid.startswith(SYSTEM))


def pytest_sessionfinish() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        end_run(_run_pid())


@pytest.fixture(scope="session")
def servers() -> Servers:
    """Real Kafka and PostgreSQL; started on the first use, about 4 s, shared by all workers."""
    return shared_servers(_run_pid())


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: Servers) -> str:
    return servers.kafka


@pytest.fixture(scope="module")
def database_url(servers: Servers) -> Iterator[str]:
    """A migrated database of this module's own (postgresql://…)."""
    with fresh_database(servers, migrated_template(servers, _run_pid())) as url:
        yield url


@pytest.fixture(scope="module")
def empty_database_url(servers: Servers) -> Iterator[str]:
    """A database of this module's own without a table."""
    with fresh_database(servers, None) as url:
        yield url


@pytest.fixture(scope="module")
def namespace() -> str:
    """What this module puts before its topics and groups."""
    return f"t{uuid.uuid4().hex[:8]}."


@pytest.fixture(scope="module")
def settings(
    kafka_bootstrap: str, database_url: str, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """An installation of this module's own: database, topics, object store, keys."""
    home: Path = tmp_path_factory.mktemp("home")
    return Settings(
        home=home,
        kafka=kafka_bootstrap,
        database_url=database_url,
        namespace=namespace,
        object_store=str(home / "objects"),
        secret="test-" * 8,
        hash_key="hash-" * 8,
        worker="test-worker",
    )
