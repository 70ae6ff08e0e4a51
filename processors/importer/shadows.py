"""What a shadow's batch says of its rows beside their verdicts: which of them stand rejected in the original,
and how many would change."""

from collections.abc import Collection, Sequence
from typing import Any

import psycopg

from domain.shadows import Told, changes, told
from jobs.base import Batch, BatchResult

Row = list[Any]
_REJECTED = """
SELECT row_no FROM replay_plan p, unnest(p.rejected) AS row_no
WHERE p.task_id = %(task)s AND p.attempt = %(attempt)s AND row_no BETWEEN %(first)s AND %(last)s
"""


async def rejected_then(connection: psycopg.AsyncConnection[Any], batch: Batch) -> set[int]:
    """Rows of the batch that the original has not loaded, by the numbers they have there."""
    numbers = batch.numbers
    key = {"task": batch.task.task_id, "attempt": batch.task.attempt}
    found = await connection.execute(_REJECTED, key | {"first": numbers[0], "last": numbers[-1]})
    return {row_no for (row_no,) in await found.fetchall()}


def compared(rows: Sequence[Row], result: BatchResult, rejected: Collection[int]) -> list[Row]:
    """Rows as ``processors.importer.previews`` keeps them, with what they were and what would change."""
    changes_of = [said.changes for said in result.verdicts] or [{} for _ in rows]
    return [
        [*row, "rejected" if row[0] in rejected else None, dict(fields)]
        for row, fields in zip(rows, changes_of, strict=True)
    ]


def told_of(rows: Sequence[Row]) -> Told:
    """How many of them would change."""
    return told((changes(row[1], row[8], was_rejected=row[7] is not None), row[8]) for row in rows)
