"""Rows of elements that 1C has deleted for good: they take back what an earlier import wrote."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from jobs.base import Batch, Row, RowVerdict
from jobs.sources.onec.gone import GONE


@dataclass(frozen=True, slots=True)
class Retracting:
    """``retract`` takes back what is stored under ``%(keys)s`` and gives the keys, ``stored`` gives those of
    ``%(keys)s`` that are stored. ``shown`` is the field that a person knows such a row by."""

    retract: str
    stored: str
    shown: str


def gone_rows(batch: Batch) -> dict[int, Row]:
    """By row number; few batches have any."""
    return {row_no: raw for row_no, raw in batch.numbered() if GONE in raw}


async def take_back(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: dict[int, Row], how: Retracting
) -> dict[int, RowVerdict]:
    """What became of each row: retracted, unchanged where it was before, skipped where it is not stored."""
    if not rows:
        return {}
    keys = {row_no: UUID(str(raw["Ref_Key"])) for row_no, raw in rows.items()}
    values = {"keys": list(keys.values()), "task": batch.task.task_id}
    stored = {key for (key,) in await (await connection.execute(how.stored, values)).fetchall()}
    retracted = {key for (key,) in await (await connection.execute(how.retract, values)).fetchall()}
    return {
        row_no: RowVerdict(
            "retracted" if key in retracted else "unchanged" if key in stored else "skipped",
            str(rows[row_no].get(how.shown, "")),
            "deleted_in_1c",
        )
        for row_no, key in keys.items()
    }
