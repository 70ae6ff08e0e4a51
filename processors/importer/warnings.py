"""Rows that were used although something in them looks wrong: kept where a person can list them."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from jobs.base import Batch, WarnedRow


async def keep_warned(
    connection: psycopg.AsyncConnection[Any], batch: Batch, warned: Sequence[WarnedRow]
) -> None:
    """In the transaction that keeps the outcome, of a dry run too: as many as the log counts."""
    if not warned:
        return
    await connection.execute(
        _KEEP,
        {
            "task": batch.task.task_id,
            "attempt": batch.task.attempt,
            "rows": [row.row_no for row in warned],
            "keys": [row.key for row in warned],
            "codes": [",".join(row.codes) for row in warned],
            "args": [Jsonb(dict(row.args)) for row in warned],
        },
    )


_KEEP = """
INSERT INTO warned_row (task_id, attempt, row_no, key, codes, args)
SELECT %(task)s, %(attempt)s, row_no, key, string_to_array(codes, ','), args
FROM unnest(%(rows)s::bigint[], %(keys)s::text[], %(codes)s::text[], %(args)s::jsonb[])
    w (row_no, key, codes, args)
ON CONFLICT (task_id, row_no, attempt) DO NOTHING
"""
