"""What becomes of each row of a batch of bank transactions, told before it is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from jobs.base import Batch, RejectedRow, RowVerdict
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_likeness import told_already
from jobs.records import Transaction

_STORED = """
SELECT b.key, b.task_id::text, b.row_no, b.data_version, b.retracted FROM bank_transaction b
WHERE b.key = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the table has under a key: who brought it, and in which version."""

    task_id: str
    row_no: int
    data_version: str | None
    retracted: bool


async def verdicts(
    connection: psycopg.AsyncConnection[Any],
    batch: Batch,
    rows: Sequence[Incoming],
    rejects: Iterable[RejectedRow],
) -> dict[int, RowVerdict]:
    """One for each row of the batch by its number. ``rows`` are in key order, as they will be written."""
    found = await connection.execute(_STORED, [[UUID(bytes=row.transaction.key) for row in rows]])
    stored = {key.bytes: Stored(*rest) for key, *rest in await found.fetchall()}
    follows = batch.context.get("source") == "onec"
    said = {row.row_no: RowVerdict("rejected") for row in rejects}
    last: Incoming | None = None
    for row in rows:
        known = stored.get(row.transaction.key)
        if last is not None and last.transaction.key == row.transaction.key:
            said[row.row_no] = _verdict(row, "duplicate", "duplicate_in_file", row=last.row_no)
            continue
        last = row
        if follows:
            said[row.row_no] = _followed(row, known)
        elif known is None:
            said[row.row_no] = _verdict(row, "created")
        elif (known.task_id, known.row_no) == (batch.task.task_id, row.row_no):
            said[row.row_no] = _verdict(row, "unchanged")
        else:
            said[row.row_no] = _verdict(
                row, "duplicate", "duplicate_of", task_id=known.task_id, row=known.row_no
            )
    new = [row for row in rows if said[row.row_no].verdict == "created"]
    for row_no, told in (await told_already(connection, new, of_1c=follows)).items():
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


def _verdict(incoming: Incoming, verdict: str, code: str | None = None, **args: Any) -> RowVerdict:
    return RowVerdict(verdict, incoming.transaction.number, code, args)
