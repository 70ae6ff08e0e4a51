"""What the tests of 1C share: a small infobase, a client of it, a server on a real socket."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx
import uvicorn

from jobs.sources.onec.client import OneC
from jobs.sources.onec.pages import MemoryPages, PageStore
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.onec.source import TransactionsSource
from stack.onec.app import PREFIX, build
from stack.onec.catalogues import Firm
from stack.onec.documents import Documents
from stack.onec.faults import Fault
from stack.onec.schema import IN, OUT
from stack.onec.simulator import Simulator
from stack.onec.world import World

DAY = date(2024, 3, 1)
LAST = date(2024, 3, 3)
PER_DAY = 7
DOCUMENTS = 2 * 3 * PER_DAY


def small_world() -> World:
    """Forty-two posted documents in the first three days of March 2024."""
    return World(
        Firm(contractors=30), per_day=PER_DAY, first_day=date(2024, 1, 1), last_day=date(2024, 12, 31)
    )


def settings(base_url: str = f"http://onec{PREFIX}", **changes: Any) -> OneCSettings:
    known: dict[str, Any] = {"user": "Администратор", "password": "п@роль:1", "page_size": 5}
    return OneCSettings(base_url, **{**known, **changes})


class OneCBase:
    """A simulator with the means to read it; requests do not leave the process."""

    def __init__(self, **simulator: Any) -> None:
        known: dict[str, Any] = {"user": "Администратор", "password": "п@роль:1", "world": small_world()}
        self.simulator = Simulator(**{**known, **simulator})
        self.transport = httpx.ASGITransport(build(self.simulator))
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def client(self, **changes: Any) -> OneC:
        return OneC(settings(**changes), self.transport, self.sleep)

    def source(self, store: PageStore | None = None, attempt: int = 1, **options: Any) -> TransactionsSource:
        changes = options.pop("settings", {})
        days = {"date_from": DAY, "date_to": LAST, **options}
        return TransactionsSource(
            settings(**changes), store or MemoryPages(), "task", attempt,
            transport=self.transport, sleep=self.sleep, **days,
        )  # fmt: skip

    def fault(self, name: str, **options: Any) -> None:
        self.simulator.faults.plan(Fault.of({"fault": name, **options}))

    def posted(self, first: date = DAY, last: date = LAST) -> list[dict[str, Any]]:
        """The documents that an import of the period must bring, in its order."""
        documents: Documents = self.simulator.world.documents
        return [
            documents.whole(name, head)
            for name in (IN, OUT)
            for day in documents.days(name, first, last)
            for head in day
            if head["Posted"] and not head["DeletionMark"]
        ]

    def requests(self, part: str) -> int:
        return sum(part in seen.path for seen in self.simulator.seen)


@contextmanager
def served(simulator: Simulator) -> Iterator[str]:
    """The simulator on a free port of the loopback address; gives the base URL."""
    config = uvicorn.Config(
        build(simulator), "127.0.0.1", 0, log_level="critical", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}{PREFIX}"
    finally:
        server.should_exit = True
        thread.join(10)


async def rows_of(source: TransactionsSource) -> list[dict[str, Any]]:
    return [row async for page in source.pages() for row in page.rows]
