"""A dry run writes nothing, so that a key's second row would be created again in another batch: it is told by
what the first one has left here.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from jobs.base import Batch, BatchResult, RowVerdict
from jobs.verdicts import counted

_WRITTEN = ("created", "updated", "unchanged")


async def once_each(
    connection: psycopg.AsyncConnection[Any], batch: Batch, result: BatchResult
) -> BatchResult:
    """What a real run would say of a dry run's rows whose keys are in other batches too, written in any
    order. 10 µs a row; rows that are the only ones of their key stay as they are."""
    if not batch.task.dry_run:
        return result
    by_row = dict(zip(batch.numbers, result.verdicts, strict=False))
    own = {row_no: said for row_no, said in by_row.items() if said.identity and said.verdict in _WRITTEN}
    # The last row of each key: a batch that was written by halves may have a key in both.
    told = list({said.identity: (row_no, said) for row_no, said in own.items()}.values())
    if not told:
        return result
    if batch.batch_no == 1:
        await connection.execute(_FORGET)
    others = await _others(connection, batch, told)
    if len(told) < len(own):
        last = {said.identity: (row_no, said.content) for row_no, said in told}
        others |= {
            row_no: last[said.identity] for row_no, said in own.items() if last[said.identity][0] > row_no
        }
    if not others:
        return result
    verdicts = [
        _again(said, row_no, *others[row_no]) if row_no in others else said for row_no, said in by_row.items()
    ]
    return replace(result, counts=counted(verdicts), verdicts=tuple(verdicts))


def _again(said: RowVerdict, row_no: int, other_row: int, content: bytes) -> RowVerdict:
    """As it happens when both are written: the later row counts, and by what it differs from the other."""
    args = {"row": other_row}
    if other_row > row_no:
        return replace(said, verdict="duplicate", code="replaced_in_file", args=args)
    if content == said.content:
        return replace(said, verdict="unchanged", code="duplicate_in_file", args=args)
    return replace(said, verdict="updated", code="changes_row_of_file", args=args)


async def _others(
    connection: psycopg.AsyncConnection[Any], batch: Batch, told: Sequence[tuple[int, RowVerdict]]
) -> dict[int, tuple[int, bytes]]:
    """By row: the latest other row of its key that is known, and its content."""
    found = await connection.execute(
        _TELL,
        {
            "task": batch.task.task_id,
            "attempt": batch.task.attempt,
            "keys": [said.identity for _, said in told],
            "contents": [said.content for _, said in told],
            "rows": [row_no for row_no, _ in told],
        },
    )
    return {mine: (other, content) for mine, other, content in await found.fetchall()}


# In the order of keys, so that two batches never wait for each other in a circle.
_TELL = """
WITH mine AS (
    SELECT * FROM unnest(%(keys)s::bytea[], %(contents)s::bytea[], %(rows)s::bigint[])
        m (key, content, row_no)
), told AS (
    INSERT INTO preview_key AS k (task_id, attempt, key, content, row_no)
    SELECT %(task)s, %(attempt)s, key, content, row_no FROM mine ORDER BY key
    ON CONFLICT (task_id, attempt, key) DO UPDATE SET
        content = CASE WHEN excluded.row_no > k.row_no THEN excluded.content ELSE k.content END,
        row_no = GREATEST(excluded.row_no, k.row_no)
    RETURNING new.key, old.row_no, old.content
)
SELECT m.row_no, t.row_no, t.content FROM told t JOIN mine m USING (key) WHERE t.row_no IS NOT NULL
"""
_FORGET = """
DELETE FROM preview_key k WHERE NOT EXISTS (
    SELECT FROM attempt a WHERE a.task_id = k.task_id AND a.attempt = k.attempt AND a.state = 'current'
)
"""
