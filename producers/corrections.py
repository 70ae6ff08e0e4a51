"""Who corrects rejected rows: one PostgreSQL transaction, then two events for each row.

Until an event is acknowledged its row in ``correction`` is unpublished and swept. Events are made from what
is stored, ids included, so that one that is published twice is the same twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.states import Pending, Retrying, Running, load
from events.topics import REJECTS, TASKS
from infra.clock import new_id
from infra.kafka import LogUnavailable, Publisher
from infra.task_texts import keyed_hash
from producers.correction import (
    Corrected,
    CorrectedMeanwhile,
    Correction,
    RowBeingLoaded,
    RowLoadedSince,
)
from producers.correction_events import row_message, task_message

SWEEP_MOST = 1_000
# So that one request's messages are acknowledged within the publisher's patience.
_AT_ONCE = 500


class Corrections:
    """The door for corrected rows. ``hash_key`` is that of the hashes in topic ``tasks``."""

    def __init__(
        self, engine: AsyncEngine, publisher: Publisher, hash_key: bytes, namespace: str = ""
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._hash_key = hash_key
        self._rows, self._tasks = namespace + REJECTS, namespace + TASKS

    async def accept(
        self, task_id: str, actor: str, corrections: Sequence[Correction]
    ) -> tuple[list[Corrected], bool]:
        """Accept all, in the order of their rows, or raise CorrectionRefused and none is; each row may be
        there once. False beside them = Kafka is away, their events wait."""
        wanted = sorted(corrections, key=lambda one: one.row_no)
        async with self._engine.begin() as connection:
            await _refuse_moved(connection, task_id, wanted)
            accepted = await self._insert(connection, task_id, f"user:{actor}", wanted)
        return accepted, await self._publish(accepted)

    async def check(self, task_id: str, corrections: Sequence[Correction]) -> None:
        """Raise what ``accept`` would raise now because of a later attempt."""
        async with self._engine.begin() as connection:
            await _refuse_moved(connection, task_id, corrections)

    async def sweep(self) -> int:
        """Publish what was accepted while Kafka was down; returns how many are still waiting."""
        async with self._engine.connect() as connection:
            found = await connection.execute(text(_UNPUBLISHED), {"most": SWEEP_MOST})
            waiting = [_corrected(dict(row)) for row in found.mappings()]
        return 0 if await self._publish(waiting) else len(waiting)

    async def _insert(
        self, connection: AsyncConnection, task_id: str, actor: str, wanted: Sequence[Correction]
    ) -> list[Corrected]:
        rows = [
            {
                "event_id": new_id(),
                "row_no": one.row_no,
                "number": one.expected + 1,
                "attempt": one.attempt,
                "raw": one.raw,
                "row_hash": keyed_hash(self._hash_key, one.raw),
            }
            for one in wanted
        ]
        parameters = {"task_id": task_id, "actor": actor, "rows": orjson.dumps(rows).decode()}
        found = await connection.execute(text(_INSERT), parameters)
        accepted = sorted((_corrected(dict(row)) for row in found.mappings()), key=lambda one: one.row_no)
        if len(accepted) < len(wanted):
            there = {one.row_no for one in accepted}
            raise CorrectedMeanwhile(next(one.row_no for one in wanted if one.row_no not in there))
        return accepted

    async def _publish(self, corrected: Sequence[Corrected]) -> bool:
        """The row itself first, so that nobody reads of a correction that is nowhere."""
        for start in range(0, len(corrected), _AT_ONCE):
            some = corrected[start : start + _AT_ONCE]
            try:
                await self._publisher.send_all(self._rows, [row_message(one) for one in some])
                await self._publisher.send_all(self._tasks, [task_message(one) for one in some])
            except LogUnavailable:
                return False
            async with self._engine.begin() as connection:
                await connection.execute(text(_PUBLISHED), {"ids": [one.event_id for one in some]})
        return True


async def _refuse_moved(connection: AsyncConnection, task_id: str, wanted: Sequence[Correction]) -> None:
    """The conductor changes ``task_state`` when an attempt begins: it waits for us, or we see that it has.
    A redrive therefore reads every correction that was accepted, and none is accepted behind its back."""
    state = await connection.scalar(text(_STATE), {"id": task_id})
    if state is not None:
        known = load(state)
        if isinstance(known, Pending | Running | Retrying):
            for one in wanted:
                if known.work.attempt > one.attempt:
                    raise RowBeingLoaded(one.row_no)
    parameters = {
        "id": task_id,
        "rows": [one.row_no for one in wanted],
        "attempts": [one.attempt for one in wanted],
        "batches": [one.batch_no for one in wanted],
    }
    since = await connection.scalar(text(_LOADED_SINCE), parameters)
    if since is not None:
        raise RowLoadedSince(since)


def _corrected(row: Mapping[str, Any]) -> Corrected:
    ids = {name: str(row[name]) for name in ("event_id", "task_id")}
    return Corrected(**{**row, **ids})


_COLUMNS = "event_id, task_id, row_no, number, attempt, raw, row_hash, corrected_by, corrected_at"
_STATE = "SELECT state FROM task_state WHERE task_id = :id FOR SHARE"
# Whoever does a batch again does all its rejected rows; an attempt that reads its source anew cuts others.
_LOADED_SINCE = """
SELECT w.row_no
FROM unnest(CAST(:rows AS bigint[]), CAST(:attempts AS int[]), CAST(:batches AS int[]))
     w (row_no, attempt, batch_no)
WHERE EXISTS (
    SELECT FROM applied_batch a
    WHERE a.task_id = :id AND a.attempt > w.attempt AND a.batch_no = w.batch_no
)
OR w.attempt < (SELECT (state #>> '{work,origin}')::int FROM task_state WHERE task_id = :id)
ORDER BY w.row_no LIMIT 1
"""
# A row's corrections are later one after the other, whatever clocks say: the projection keeps the latest.
_INSERT = f"""
INSERT INTO correction ({_COLUMNS})
SELECT w.event_id, :task_id, w.row_no, w.number, w.attempt, w.raw, w.row_hash, :actor,
       GREATEST(clock_timestamp(), last.corrected_at + interval '1 microsecond')
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
     w (event_id uuid, row_no bigint, number int, attempt int, raw jsonb, row_hash text)
LEFT JOIN LATERAL (
    SELECT c.number, c.corrected_at FROM correction c
    WHERE c.task_id = :task_id AND c.row_no = w.row_no ORDER BY c.number DESC LIMIT 1
) last ON true
WHERE w.number = COALESCE(last.number, 0) + 1
ORDER BY w.row_no
ON CONFLICT (task_id, row_no, number) DO NOTHING
RETURNING {_COLUMNS}
"""
_UNPUBLISHED = f"""
SELECT {_COLUMNS} FROM correction
WHERE published_at IS NULL AND corrected_at < now() - interval '1 second'
ORDER BY corrected_at LIMIT :most
"""
_PUBLISHED = """
UPDATE correction SET published_at = now() WHERE event_id = ANY(CAST(:ids AS uuid[])) AND published_at IS NULL
"""
