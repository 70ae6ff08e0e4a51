"""What becomes of each row of a batch of bank transactions, told before it is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from jobs.base import Batch, RejectedRow, RowVerdict
from jobs.kinds.images import Image, image, images
from jobs.kinds.images import with_changes as images_changes
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_likeness import told_already
from jobs.kinds.transaction_rows import decides_anew
from jobs.kinds.undo_tables import TRANSACTIONS
from jobs.records import Transaction

_STORED = """
SELECT b.key, b.task_id::text, b.row_no, b.data_version, b.retracted,
    coalesce(b.changed_by, b.task_id)::text, coalesce(b.changed_row, b.row_no),
    b.category, b.classified_by, b.confidence, b.booked_on
FROM bank_transaction b WHERE b.key = ANY(%s)
"""
_IMAGES = f"""
SELECT i.row_no, {image("b")} FROM unnest(%(keys)s::uuid[], %(rows)s::bigint[]) i (key, row_no)
JOIN bank_transaction b USING (key)
"""
_TOLD = tuple(name for name in TRANSACTIONS.fields if name not in ("changed_by", "changed_row"))


@dataclass(frozen=True, slots=True)
class Stored:
    """What the table has under a key: who brought it, in which version, who wrote it last, and how it is
    classified."""

    task_id: str
    row_no: int
    data_version: str | None
    retracted: bool
    writer: str
    written_row: int
    category: str | None
    classified_by: str | None
    confidence: float | None
    booked_on: date


async def verdicts(
    connection: psycopg.AsyncConnection[Any],
    batch: Batch,
    rows: Sequence[Incoming],
    rejects: Iterable[RejectedRow],
) -> dict[int, RowVerdict]:
    """One for each row of the batch by its number. ``rows`` are in key order and classified, as they will be
    written."""
    found = await connection.execute(_STORED, [[UUID(bytes=row.transaction.key) for row in rows]])
    stored = {key.bytes: Stored(*rest) for key, *rest in await found.fetchall()}
    of_1c = batch.context.get("source") == "onec"
    said = {row.row_no: RowVerdict("rejected") for row in rejects}
    last: Incoming | None = None
    for row in rows:
        known = stored.get(row.transaction.key)
        if last is not None and last.transaction.key == row.transaction.key:
            said[row.row_no] = _verdict(row, "duplicate", "duplicate_in_file", row=last.row_no)
            continue
        last = row
        if of_1c:
            said[row.row_no] = _followed(row, known)
        elif known is None:
            said[row.row_no] = _verdict(row, "created")
        elif (known.task_id, known.row_no) == (batch.task.task_id, row.row_no):
            said[row.row_no] = _verdict(row, "unchanged")
        else:
            said[row.row_no] = _verdict(
                row, "duplicate", "duplicate_of", task_id=known.task_id, row=known.row_no
            )
        if said[row.row_no].verdict == "unchanged" and known is not None and decides_anew(batch):
            said[row.row_no] = _decided_anew(row, known, batch)
    new = [row for row in rows if said[row.row_no].verdict == "created"]
    for row_no, told in (await told_already(connection, new, of_1c=of_1c)).items():
        said[row_no] = replace(said[row_no], code="possible_duplicate", args=told)
    return said


def follows(new: Transaction, known: tuple[str | None, bool] | None) -> str:
    """1C's rows follow their DataVersion; ``known``: the version that is stored, and whether retracted."""
    if known is None:
        return "skipped" if new.retracted else "created"
    if known == (new.data_version, new.retracted):
        return "unchanged"
    return "retracted" if new.retracted else "updated"


def _followed(row: Incoming, known: Stored | None) -> RowVerdict:
    stored = None if known is None else (known.data_version, known.retracted)
    verdict = follows(row.transaction, stored)
    return _verdict(row, verdict, "never_imported" if verdict == "skipped" else None)


def _decided_anew(row: Incoming, known: Stored, batch: Batch) -> RowVerdict:
    """A row of the task's own, which is classified by today's rules; what a person chose stays, and what is
    booked in the closed period."""
    unchanged = _verdict(row, "unchanged")
    mine = (known.writer, known.written_row) == (batch.task.task_id, row.row_no) and not known.retracted
    if batch.closed is not None and batch.closed.holds(known.booked_on):
        return unchanged
    if not mine or not row.decision.differs(known.category, known.classified_by, known.confidence):
        return unchanged
    if known.classified_by == "person":
        same = row.decision.category == known.category
        return unchanged if same else replace(unchanged, code="category_by_person")
    code, said = row.decision.instead_of(known.category)
    return _verdict(row, "updated", code, **said)


async def standing(connection: psycopg.AsyncConnection[Any], rows: Sequence[Incoming]) -> dict[int, Image]:
    """Those of ``rows`` that are there, as they stand."""
    keys = {"keys": [UUID(bytes=row.transaction.key) for row in rows], "rows": [row.row_no for row in rows]}
    async with connection.cursor() as cursor:
        return await images(cursor, _IMAGES, keys)


def with_changes(
    said: Mapping[int, RowVerdict], before: Mapping[int, Image], after: Mapping[int, Image]
) -> dict[int, RowVerdict]:
    """Each verdict with what would change of its transaction."""
    return images_changes(said, before, after, _TOLD)


def _verdict(incoming: Incoming, verdict: str, code: str | None = None, **args: Any) -> RowVerdict:
    return RowVerdict(verdict, incoming.transaction.number, code, args)
