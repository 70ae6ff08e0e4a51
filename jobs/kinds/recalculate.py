"""Task kind ``recalculate``: every component's price by its method, over all importers (пересчет цен)."""

from datetime import date
from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from events.records import Counts
from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.kinds import price_days
from jobs.kinds.undo_prices import Prices
from jobs.prices.statements import COMPONENTS, RECALCULATE
from jobs.sources.database import DatabaseSource, Question

DEFAULT_DAYS = 90


class Recalculate:
    """``params.as_of`` (a day) and ``params.days`` say which quotes count; they are the same for all batches,
    so that prices do not depend on how the work was cut. No day is recalculated after a later one."""

    name = "recalculate"
    in_order = False
    undoing = Prices()
    upload: Upload | None = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        context = moment_of(task)
        return DatabaseSource(task, tools, Question(COMPONENTS, context=context))

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        await price_days.begin(connection, batch.task.task_id, str(batch.context["as_of"]))
        ids = sorted({int(row["id"]) for row in batch.rows})
        parameters = {
            "ids": ids,
            "as_of": batch.context["as_of"],
            "days": batch.context["days"],
            "task": batch.task.task_id,
        }
        # Not prepared: a plan for any list of ids expects ten of them, and takes five times as long.
        found = await connection.execute(RECALCULATE, parameters, prepare=False)
        said = {row[0]: row[1:] for row in await found.fetchall()}
        verdicts: list[RowVerdict] = []
        rejects: list[RejectedRow] = []
        for row_no, raw in batch.numbered():
            verdict = _verdict(raw["code"], *said.get(int(raw["id"]), (None, None, None, False)))
            if verdict.verdict == "rejected":
                currency = str(verdict.args["currency"])
                why = MalformedRow("rate_missing", "currency", currency, currency=currency)
                rejects.append(RejectedRow(row_no, raw, why))
            verdicts.append(verdict)
        return BatchResult(_counts(verdicts), tuple(rejects), tuple(verdicts))


def moment_of(task: TaskSpec) -> dict[str, Any]:
    """Which quotes count: those of ``days`` days up to and including ``as_of``."""
    try:
        as_of = date.fromisoformat(str(task.params["as_of"]))
        days = int(task.params.get("days", DEFAULT_DAYS))
    except (KeyError, ValueError) as error:
        raise Fatal("moment_missing") from error
    return {"as_of": as_of.isoformat(), "days": days}


def _verdict(code: str, unrated: str | None, new: str | None, old: str | None, written: bool) -> RowVerdict:
    if unrated is not None:
        return RowVerdict("rejected", code, "rate_missing", {"currency": unrated})
    if new is None:
        return RowVerdict("skipped", code, "without_quotes")
    if written:
        return RowVerdict("updated", code, "price_changes", {"old": _plain(old), "new": _plain(new)})
    return RowVerdict("unchanged", code)


def _plain(price: str | None) -> str:
    """``12.500000`` → ``12.5``."""
    if price is None:
        return "—"
    return price.rstrip("0").rstrip(".") if "." in price else price


def _counts(verdicts: list[RowVerdict]) -> Counts:
    names = [said.verdict for said in verdicts]
    return Counts(**{name: names.count(name) for name in ("updated", "unchanged", "rejected", "skipped")})
