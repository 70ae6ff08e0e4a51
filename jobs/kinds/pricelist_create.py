"""Task kind ``pricelist_create``: a numbered price list of one moment (прайс-лист)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from events.records import Counts
from infra.copying import copy_line
from jobs.base import Batch, BatchResult, RejectedRow, Row, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.kinds.recalculate import moment_of
from jobs.prices.lists import ITEMS
from jobs.sources.database import DatabaseSource, Question

_FIELDS = ("component_id", "code", "name", "vendor", "category", "unit", "price", "quantity")
_COLUMNS = f"row_no, {', '.join(_FIELDS)}"
_TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS incoming_item ON COMMIT DELETE ROWS
AS SELECT {_COLUMNS} FROM pricelist_item WITH NO DATA
"""
_HEAD = """
INSERT INTO pricelist (id, kind, currency, as_of, taken_at, expected)
VALUES (%(task)s, %(kind)s, %(currency)s, %(as_of)s, %(taken_at)s, %(usable)s) ON CONFLICT DO NOTHING
"""
_ITEMS = f"""
INSERT INTO pricelist_item (pricelist_id, {_COLUMNS})
SELECT %s, {_COLUMNS} FROM incoming_item ORDER BY row_no ON CONFLICT DO NOTHING RETURNING row_no
"""
# Last of all: others wait for this row until the commit.
_COUNTED = """
UPDATE pricelist SET items = items + %s WHERE id = %s RETURNING items = expected AND number IS NULL
"""
_NUMBERED = """
UPDATE pricelist SET number = (SELECT coalesce(max(number), 0) + 1 FROM pricelist) WHERE id = %s
"""
# One after the other, so that no number is left out.
_NUMBERS = "SELECT pg_advisory_xact_lock(hashtext('pricelist.number'))"
# Asked for before midnight and read after it, in whatever zone.
_LATEST = timedelta(days=1)


class PricelistCreate:
    """The list has its task's id, so that no retry makes a second one, and every attempt sees the moment of
    the first. It gets its number in the commit of its last item."""

    name = "pricelist_create"
    in_order = False
    upload: Upload | None = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        wanted = str(task.params.get("kind"))
        if wanted not in ITEMS:
            raise Fatal("pricelist_kind_unknown", kind=wanted[:50])
        context = {"kind": wanted, "currency": str(task.params.get("currency", "RUB")), **moment_of(task)}
        question = Question(ITEMS[wanted], context, context, needed="price", nobody=_nothing, of_task=True)
        return DatabaseSource(task, tools, question)

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        _refuse_past_stock(batch.context)
        task_id = batch.task.task_id
        rows = list(batch.numbered())
        rejects = tuple(_unrated(row_no, row) for row_no, row in rows if row.get("unrated"))
        lines = [_line(row_no, row) for row_no, row in rows if row["price"] is not None]
        async with connection.cursor() as cursor:
            await cursor.execute(_HEAD, {**batch.context, "task": task_id})
            await cursor.execute(_TEMP)
            await cursor.execute("DELETE FROM incoming_item")
            async with cursor.copy(f"COPY incoming_item ({_COLUMNS}) FROM STDIN") as copy:
                await copy.write("".join(lines))
            await cursor.execute(_ITEMS, [task_id])
            created = {row_no for (row_no,) in await cursor.fetchall()}
            await cursor.execute(_COUNTED, [len(created), task_id])
            if (await cursor.fetchone() or (False,))[0]:
                await cursor.execute(_NUMBERS)
                await cursor.execute(_NUMBERED, [task_id])
        counts = Counts(
            created=len(created),
            rejected=len(rejects),
            unchanged=len(lines) - len(created),
            skipped=len(rows) - len(lines) - len(rejects),
        )
        return BatchResult(counts, rejects, tuple(_verdict(row_no, row, created) for row_no, row in rows))


def _refuse_past_stock(context: Mapping[str, Any]) -> None:
    """Stock is known as it is now: a task that is repeated days later has no list to make."""
    as_of, taken_at = date.fromisoformat(context["as_of"]), datetime.fromisoformat(context["taken_at"])
    if context["kind"] == "warehouse" and taken_at.astimezone(UTC).date() > as_of + _LATEST:
        raise Fatal("stock_day_past", as_of=as_of.isoformat())


def _nothing(unpriced: Sequence[Row]) -> Fatal:
    """Why a list has no item, told by the first components that have no price."""
    missing = sorted({row["unrated"] for row in unpriced if row["unrated"]})
    if missing:
        return Fatal("pricelist_rate_missing", currency=", ".join(missing))
    return Fatal("pricelist_empty")


def _unrated(row_no: int, row: Row) -> RejectedRow:
    currency = str(row["unrated"])
    return RejectedRow(row_no, row, MalformedRow("rate_missing", "currency", currency, currency=currency))


def _verdict(row_no: int, row: Row, created: set[int]) -> RowVerdict:
    if currency := row.get("unrated"):
        return RowVerdict("rejected", row["code"], "rate_missing", {"currency": currency})
    if row["price"] is None:
        return RowVerdict("skipped", row["code"], "without_price")
    return RowVerdict("created" if row_no in created else "unchanged", row["code"])


def _line(row_no: int, row: Row) -> str:
    return copy_line(str(row_no), *(None if row[name] is None else str(row[name]) for name in _FIELDS))
