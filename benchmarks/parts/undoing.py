"""What keeping before-images costs an import, and how fast an undo is.

What they cost is processor time of the importer's own work, in this process and in the server: rows read and
written, a batch of 1,000 a transaction, beside the same statements without before-images, in pairs, the next
pair the other way round. It can make an import longer by itself and no more: that is its share at most.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import psutil
import psycopg

from benchmarks.bench import Bench, patience
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.statements import statement
from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.kinds import desk_rows, layers
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_rows import FOLLOW, TransactionWriter
from jobs.kinds.upsert_sql import Said, Upsert
from jobs.kinds.upserting import upsert
from jobs.prices.columns import Columns
from jobs.records import Transaction

ROWS, SIZE, PAIRS = 30_000, 1_000, 5
MOST_PERCENT = 15.0
UNDONE = 100_000
_TABLES = "component, bank_transaction, row_before, carried_row"

Connection = psycopg.AsyncConnection[Any]
Write = Callable[[Connection, str, int, int], Awaitable[None]]


def measure(bench: Bench) -> Outcome:
    """Components are short rows of a table, transactions of 1C the longest that are changed."""
    whole = _imports(bench)
    figures: list[Figure] = []
    for what, kept, plain in (
        ("components", _components(desk_rows.COMPONENT), _components(_PLAIN_COMPONENT)),
        ("transactions of 1C", _documents(FOLLOW), _documents(_plain(FOLLOW, "bank_transaction"))),
    ):
        costs = asyncio.run(_pairs(bench.running.database_url, kept, plain))
        for name, cost, taken in zip((f"new {what}", f"changed {what}"), costs, whole, strict=True):
            if what == "components":
                share = 100 * cost / taken
                named = (
                    f"before-images, share of an import of {name} ({taken:.0f} µs a row, POST to completed)"
                )
                figures.append(at_most(named, MOST_PERCENT, share, "%", 1))
            figures.append(Figure(f"before-images, {name}, processor time", f"{cost:.1f} µs a row"))
    return Outcome([*figures, _undo(bench)])


def _imports(bench: Bench) -> tuple[float, float]:
    """Microseconds a row that an import of new components takes, and one that changes them all."""
    taken = []
    for verdict in ("created", "updated"):
        path = bench.folder / "components.csv"
        lines = [f"К-{n};Компонент {n} {verdict};шт" for n in range(1, ROWS + 1)]
        path.write_text("\n".join(["Код;Наименование;Ед. изм.", *lines]), encoding="utf-8")
        try:
            run = bench.client.run(path, ROWS, patience(ROWS), 0.02, kind="components", verdict=verdict)
        finally:
            path.unlink()
        taken.append(1e6 * run.completed / ROWS)
    return taken[0], taken[1]


async def _pairs(url: str, kept: Write, plain: Write) -> tuple[float, float]:
    """Microseconds a row that before-images cost: of new rows, and of changed ones."""
    new: list[float] = []
    updated: list[float] = []
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for pair in range(PAIRS):
            taken = {}
            for write in (kept, plain) if pair % 2 else (plain, kept):
                await _emptied(connection)
                taken[write] = [await _run(connection, write, version) for version in (1, 2)]
            new.append(taken[kept][0] - taken[plain][0])
            updated.append(taken[kept][1] - taken[plain][1])
        await _emptied(connection)
    return 1e6 * statistics.median(new) / ROWS, 1e6 * statistics.median(updated) / ROWS


async def _emptied(connection: Connection) -> None:
    await connection.execute(f"TRUNCATE {_TABLES} CASCADE")
    await connection.commit()


async def _run(connection: Connection, write: Write, version: int) -> float:
    """Seconds of processor time, here and in the server: waiting for the disk is the same for both."""
    task, began = new_id(), _spent(connection)
    for first in range(0, ROWS, SIZE):
        await write(connection, task, version, first)
        await connection.commit()
    return _spent(connection) - began


def _spent(connection: Connection) -> float:
    server = psutil.Process(connection.info.backend_pid).cpu_times()
    return time.process_time() + server.user + server.system


def _components(into: Upsert) -> Write:
    async def write(connection: Connection, task: str, version: int, first: int) -> None:
        numbers = range(first + 1, first + SIZE + 1)
        rows = [{"code": f"К-{n}", "name": f"Компонент {n} {version}", "unit": "шт"} for n in numbers]
        read = desk_rows.components(Columns(rows, numbers))
        await upsert(connection, into, _batch(task, "components", first), read, [])

    return write


def _documents(follow: str) -> Write:
    writer = TransactionWriter(follow)

    async def write(connection: Connection, task: str, version: int, first: int) -> None:
        rows = [Incoming(n, _document(n, version)) for n in range(first + 1, first + SIZE + 1)]
        await writer.write(connection, _batch(task, "bank_transactions", first), rows)

    return write


def _document(number: int, version: int) -> Transaction:
    return Transaction(
        key=number.to_bytes(16),
        number=str(number),
        date=date(2025, 3, 3),
        booked_on=date(2025, 3, 3),
        direction="out",
        amount=Decimal(number),
        currency="RUB",
        account="40702810000000000001",
        counterparty_name=f"ООО Поставщик номер {number % 1_000}",
        counterparty_inn="7700000005",
        counterparty_kpp="770001001",
        counterparty_account="40702810000000000002",
        purpose=f"Оплата по счету {number} от 03.03.2025 за материалы, в том числе НДС 20 %",
        data_version=f"V{version}",
    )


def _batch(task: str, kind: str, first: int) -> Batch:
    return Batch(TaskSpec(task, 1, kind, {}, {}), 1, first + 1, [], {}, {"source": "onec"})


class _PlainUpsert(Upsert):
    def write(self, said: Said) -> str:
        return _plain(super().write(said), self.table, layers.LAST)


def _plain(keeping: str, table: str, writer: str = layers.MADE_AND_CHANGED) -> str:
    """The statement without before-images."""
    plain = keeping.replace(f", kept AS ({layers.keep(table)})", "").replace(layers.before(writer), "1")
    if "before" in plain:
        raise BenchmarkFailed("the statement without before-images still keeps them")
    return plain


_PLAIN_COMPONENT = _PlainUpsert(
    desk_rows.COMPONENT.table, desk_rows.COMPONENT.key, desk_rows.COMPONENT.columns
)


def _undo(bench: Bench) -> Figure:
    """From the request until the task shows it."""
    with statement(bench.folder, UNDONE) as path:
        run = bench.client.run(path, UNDONE, patience(UNDONE), 0.05)
    began = time.perf_counter()
    bench.client.undo(run.task_id, patience(UNDONE))
    taken = time.perf_counter() - began
    what = f"undo of a statement of {UNDONE:,} documents, request to done"
    return Figure(what, f"{taken:,.1f} s, {UNDONE / taken:,.0f} rows/s")
