"""What is said of every row: kept of a dry run, and of a real run where it differs from its preview."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg

from events.records import VERDICTS
from infra.kafka import compress, decompress
from jobs.base import Batch, BatchResult, RowVerdict
from processors.importer.shadows import compared, rejected_then, told_of

# One row as it is kept: number, verdict, key, code, arguments, field, value, and of a real run what the
# preview said; of a shadow "rejected" in that place where the row is not loaded now, and what would change.
Row = list[Any]
LONGEST_VALUE = 200


async def keep_preview(connection: psycopg.AsyncConnection[Any], batch: Batch, result: BatchResult) -> None:
    """In the transaction that keeps the outcome; nothing where nobody asked for verdicts."""
    if not batch.task.wants_verdicts:
        return
    rows = previewed(batch, result)
    told = None
    if batch.task.shadow_of is not None:
        rows = compared(rows, result, await rejected_then(connection, batch))
        told = told_of(rows).model_dump_json()
    elif not batch.task.dry_run:
        before = await _before(connection, batch)
        rows = [[*row, before[row[0]]] for row in rows if before.get(row[0], row[1]) != row[1]]
    if rows:
        said = Counter(row[1] for row in rows)
        await connection.execute(
            _KEEP,
            {
                "task": batch.task.task_id,
                "attempt": batch.task.attempt,
                "batch": batch.batch_no,
                "first": batch.first_row,
                "last": batch.numbers[-1],
                "counts": [said[verdict] for verdict in VERDICTS],
                "verdicts": compress(orjson.dumps(rows, default=str)),
                "told": told,
            },
        )


def previewed(batch: Batch, result: BatchResult) -> list[Row]:
    """Each row of the batch in its order: what the kind says, and of rejected ones field and value too."""
    rejects = {row.row_no: row.error for row in result.rejects}
    verdicts: Sequence[RowVerdict] = result.verdicts or [RowVerdict("rejected")] * len(batch.rows)
    rows: list[Row] = []
    for row_no, said in zip(batch.numbers, verdicts, strict=True):
        error = rejects.get(row_no)
        if error is None:
            rows.append([row_no, said.verdict, said.key, said.code, dict(said.args), None, None])
        else:
            value = error.value[:LONGEST_VALUE] if error.value is not None else None
            rows.append([row_no, "rejected", said.key, error.code, error.arguments, error.field, value])
    return rows


async def _before(connection: psycopg.AsyncConnection[Any], batch: Batch) -> dict[int, str]:
    """What the preview said of these rows, however it was cut into batches."""
    found = await connection.execute(
        _BEFORE,
        {
            "preview": str(batch.task.params["preview"]),
            "first": batch.first_row,
            "last": batch.numbers[-1],
        },
    )
    return {
        row_no: verdict
        for (packed,) in await found.fetchall()
        for row_no, verdict, *_ in orjson.loads(decompress(packed))
    }


_KEEP = """
INSERT INTO preview_batch (task_id, attempt, batch_no, first_row, last_row, counts, verdicts, told)
VALUES (%(task)s, %(attempt)s, %(batch)s, %(first)s, %(last)s, %(counts)s, %(verdicts)s, %(told)s::jsonb)
"""
_BEFORE = """
SELECT verdicts FROM preview_batch p
WHERE task_id = %(preview)s AND first_row <= %(last)s AND last_row >= %(first)s
  AND attempt = (SELECT max(attempt) FROM preview_batch WHERE task_id = p.task_id)
"""
