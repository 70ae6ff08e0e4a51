"""Task kind ``transactions_reclassify``: the categories of a period by today's rules, history and model."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from domain.errors import Fatal, PeriodClosed
from jobs.base import Batch, BatchResult, RejectedRow, Row, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.classify import Decision
from jobs.kinds.classification import load_classifier
from jobs.sources.database import DatabaseSource, Question
from jobs.verdicts import counted

# The batches carry ids, not what people have written; what is stored when a batch is written counts.
_ROWS = """
SELECT id::text, number FROM bank_transaction
WHERE booked_on BETWEEN %(date_from)s AND %(date_to)s AND NOT retracted ORDER BY booked_on, id
"""
_STORED = """
SELECT id::text, number, direction, amount, account, counterparty_inn, counterparty_account, purpose,
    source_category AS category, category AS old, classified_by AS old_how, confidence AS old_confidence,
    retracted, data_version, booked_on
FROM bank_transaction WHERE id = ANY(%s::uuid[])
"""
# A choice that a person makes meanwhile stays: what was read must still stand there.
_WRITE = """
UPDATE bank_transaction t SET category = n.category, classified_by = n.how, confidence = n.confidence
FROM (
    SELECT * FROM unnest(%(id)s::uuid[], %(category)s::text[], %(how)s::text[], %(confidence)s::real[],
        %(old)s::text[], %(old_how)s::text[], %(data_version)s::text[])
        AS u (id, category, how, confidence, old, old_how, data_version) ORDER BY id
) n
WHERE t.id = n.id AND t.classified_by IS DISTINCT FROM 'person'
  AND t.category IS NOT DISTINCT FROM n.old AND t.classified_by IS NOT DISTINCT FROM n.old_how
  AND t.data_version IS NOT DISTINCT FROM n.data_version
RETURNING t.id::text
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A transaction as it stands; ``category`` is what the source itself says."""

    id: str
    number: str
    direction: str
    amount: Decimal
    account: str
    counterparty_inn: str
    counterparty_account: str
    purpose: str
    category: str | None
    old: str | None
    old_how: str | None
    old_confidence: float | None
    retracted: bool
    data_version: str | None
    booked_on: date

    def becomes(self, new: Decision) -> bool:
        """Whether ``new`` says anything else than what stands here."""
        return new.differs(self.old, self.old_how, self.old_confidence)


class TransactionsReclassify:
    """Booking dates ``params.date_from`` … ``params.date_to``, both included; what persons chose stays."""

    name = "transactions_reclassify"
    in_order = False
    upload: Upload | None = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        try:
            days = {name: date.fromisoformat(task.params[name]) for name in ("date_from", "date_to")}
        except (KeyError, TypeError, ValueError) as error:
            raise Fatal("period_missing") from error
        return DatabaseSource(task, tools, Question(_ROWS, days))

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        stored = await _stored(connection, batch.rows)
        inns = {row.counterparty_inn for row in stored.values() if row.counterparty_inn}
        classifier = await load_classifier(connection, inns, automatic=True)
        free = [row for row in stored.values() if row.old_how != "person" and not row.retracted]
        decided = {row.id: classifier.decide(row) for row in free}
        changed = [(row, decided[row.id]) for row in free if row.becomes(decided[row.id])]
        closed = {
            row.id: row.booked_on for row, _ in changed if batch.closed and batch.closed.holds(row.booked_on)
        }
        rejects = _refused(batch, closed)
        if rejects:
            changed = [(row, new) for row, new in changed if row.id not in closed]
        written = await _write(connection, changed) if changed else set()
        refused = {row.row_no for row in rejects}
        said = tuple(
            RowVerdict("rejected", str(raw["number"]))
            if row_no in refused
            else _verdict(raw, stored.get(raw["id"]), decided.get(raw["id"]), written)
            for row_no, raw in batch.numbered()
        )
        return BatchResult(counted(said), rejects, said, touched_closed=len(written & closed.keys()))


async def _stored(connection: psycopg.AsyncConnection[Any], rows: list[Row]) -> dict[str, Stored]:
    async with connection.cursor(row_factory=class_row(Stored)) as cursor:
        await cursor.execute(_STORED, [[row["id"] for row in rows]])
        return {row.id: row for row in await cursor.fetchall()}


async def _write(
    connection: psycopg.AsyncConnection[Any], changed: list[tuple[Stored, Decision]]
) -> set[str]:
    columns: Mapping[str, list[Any]] = {
        "id": [row.id for row, _ in changed],
        "category": [new.category for _, new in changed],
        "how": [new.how for _, new in changed],
        "confidence": [new.confidence for _, new in changed],
        "old": [row.old for row, _ in changed],
        "old_how": [row.old_how for row, _ in changed],
        "data_version": [row.data_version for row, _ in changed],
    }
    found = await connection.execute(_WRITE, columns)
    return {name for (name,) in await found.fetchall()}


def _refused(batch: Batch, closed: Mapping[str, date]) -> tuple[RejectedRow, ...]:
    """Rows whose category would change in the closed period; none where an administrator has said why."""
    if batch.closed is None or batch.closed.override:
        return ()
    return tuple(
        RejectedRow(row_no, raw, PeriodClosed(closed[raw["id"]], batch.closed.until))
        for row_no, raw in batch.numbered()
        if raw["id"] in closed
    )


def _verdict(raw: Row, row: Stored | None, new: Decision | None, written: set[str]) -> RowVerdict:
    number = str(raw["number"])
    if row is None or row.retracted:
        return RowVerdict("skipped", number, "transaction_gone")
    if row.old_how == "person" or new is None:
        return RowVerdict("unchanged", number, "category_by_person")
    if row.id not in written:
        return RowVerdict("unchanged", number, "changed_meanwhile" if row.becomes(new) else None)
    return RowVerdict("updated", number, *new.instead_of(row.old))
