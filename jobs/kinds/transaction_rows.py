"""Bank transactions into PostgreSQL, a batch at a time.

New rows of a statement go straight into the table by COPY (the common case). Where one of them is there
already, and always for 1C, they go through one temp table per connection and an upsert: 40 % dearer.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

from events.records import Counts
from jobs.base import Batch
from jobs.kinds import layers
from jobs.kinds.repeating import Repeating
from jobs.kinds.transaction_copy import COLUMNS, Incoming, first_of_each_key, line

_STRAIGHT = f"COPY bank_transaction ({COLUMNS}, demo, task_id) FROM STDIN"
_TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS incoming_transaction ON COMMIT DELETE ROWS
AS SELECT {COLUMNS} FROM bank_transaction WITH NO DATA
"""
_COPY = f"COPY incoming_transaction ({COLUMNS}) FROM STDIN"
_TARGET = f"INSERT INTO bank_transaction ({COLUMNS}, demo, task_id)"
_FROM = f" SELECT {COLUMNS}, %(demo)s, %(task)s FROM incoming_transaction"
# A statement's row is identified by its whole content: a later file can only bring it again.
_ADD = f"{_TARGET}{_FROM} ON CONFLICT (key) DO NOTHING"
_KNOWN = """
SELECT count(*) FROM incoming_transaction i JOIN bank_transaction b USING (key)
WHERE b.task_id = %(task)s AND b.row_no = i.row_no
"""
_REPEATED = """
INSERT INTO repeated_transaction (task_id, row_no, key)
SELECT %(task)s, i.row_no, i.key FROM incoming_transaction i CROSS JOIN LATERAL (
    SELECT task_id, row_no FROM bank_transaction b WHERE b.key = i.key OFFSET 0) b
WHERE b.task_id <> %(task)s OR b.row_no <> i.row_no ON CONFLICT DO NOTHING
"""
# 1C's row is known by its Ref_Key and changes with its DataVersion; what a person chose stays.
FOLLOW = f"""
WITH written AS (
{_TARGET}{_FROM} WHERE NOT retracted
   OR EXISTS (SELECT FROM bank_transaction b WHERE b.key = incoming_transaction.key)
ON CONFLICT (key) DO UPDATE SET
    number = excluded.number, date = excluded.date, booked_on = excluded.booked_on,
    direction = excluded.direction, amount = excluded.amount, currency = excluded.currency,
    account = excluded.account, counterparty_name = excluded.counterparty_name,
    counterparty_inn = excluded.counterparty_inn, counterparty_kpp = excluded.counterparty_kpp,
    counterparty_account = excluded.counterparty_account, purpose = excluded.purpose,
    category = CASE WHEN bank_transaction.classified_by = 'person'
                    THEN bank_transaction.category ELSE excluded.category END,
    classified_by = CASE WHEN bank_transaction.classified_by = 'person'
                         THEN 'person' ELSE excluded.classified_by END,
    confidence = CASE WHEN bank_transaction.classified_by = 'person'
                      THEN bank_transaction.confidence ELSE excluded.confidence END,
    data_version = excluded.data_version, retracted = excluded.retracted, warnings = excluded.warnings,
    source_category = excluded.source_category, changed_by = excluded.task_id, changed_row = excluded.row_no
WHERE bank_transaction.data_version IS DISTINCT FROM excluded.data_version
   OR bank_transaction.retracted <> excluded.retracted
RETURNING new.id, new.changed_row AS row_no, old.id IS NULL AS is_new, new.retracted,
    {layers.before(layers.MADE_AND_CHANGED)}
), kept AS ({layers.keep("bank_transaction")})
SELECT is_new, retracted FROM written
"""
# What the task itself has brought is decided again by today's rules; what a person chose stays, and what is
# booked in the closed period.
_ANEW = """
UPDATE bank_transaction b
SET category = n.category, classified_by = n.classified_by, confidence = n.confidence
FROM (
    SELECT i.key, i.category, i.classified_by, i.confidence
    FROM (SELECT * FROM incoming_transaction ORDER BY key) i CROSS JOIN LATERAL (
        SELECT FROM bank_transaction t WHERE t.key = i.key
          AND coalesce(t.changed_by, t.task_id) = %(task)s AND coalesce(t.changed_row, t.row_no) = i.row_no
          AND t.classified_by IS DISTINCT FROM 'person' AND NOT t.retracted
          AND (%(closed)s::date IS NULL OR t.booked_on > %(closed)s)
          AND (t.category, t.classified_by, t.confidence)
              IS DISTINCT FROM (i.category, i.classified_by, i.confidence)
        OFFSET 0 FOR UPDATE) t
) n
WHERE b.key = n.key
"""
_CARRY = layers.carry("bank_transaction", "incoming_transaction", "t.key = i.key", layers.MADE_AND_CHANGED)
# Deleted or un-posted in 1C before it was ever imported: there is nothing to take back.
_NEVER_IMPORTED = """
SELECT count(*) FROM incoming_transaction i
WHERE i.retracted AND NOT EXISTS (SELECT FROM bank_transaction b WHERE b.key = i.key)
"""


class TransactionWriter:
    """Writes batches, straight into the table while a task's rows are new. ``follow`` writes 1C's rows."""

    def __init__(self, follow: str = FOLLOW) -> None:
        self._follow = follow
        self._repeating = Repeating()

    async def write(
        self, connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[Incoming]
    ) -> Counts:
        """Write ``rows`` (in key order) and say what became of each; ``total`` = their number."""
        unique = first_of_each_key(rows)
        if not unique:
            return Counts()
        again = Counts(duplicate=len(rows) - len(unique))
        lines = list(map(line, unique))
        if batch.context.get("source") == "onec":
            return again + await _follow(connection, self._follow, batch, unique, lines)
        if batch.task.task_id not in self._repeating:
            try:
                return again + await _straight(connection, batch, lines)
            except UniqueViolation:
                self._repeating.add(batch.task.task_id)
        return again + await _add(connection, batch, lines)


def _parameters(batch: Batch) -> dict[str, Any]:
    return {"task": batch.task.task_id, "demo": bool(batch.task.params.get("demo", False))}


async def _straight(connection: psycopg.AsyncConnection[Any], batch: Batch, lines: Sequence[str]) -> Counts:
    """All of them new, or UniqueViolation and nothing written."""
    parameters = _parameters(batch)
    end = f"\t{'t' if parameters['demo'] else 'f'}\t{parameters['task']}\n"
    async with connection.transaction(), connection.cursor() as cursor, cursor.copy(_STRAIGHT) as copy:
        await copy.write("".join([text + end for text in lines]))
    return Counts(created=len(lines))


async def _into_temp(cursor: psycopg.AsyncCursor[Any], lines: Sequence[str]) -> None:
    await cursor.execute(_TEMP)
    # A batch that is written by halves comes here several times in one transaction.
    await cursor.execute("DELETE FROM incoming_transaction")
    async with cursor.copy(_COPY) as copy:
        await copy.write("\n".join(lines) + "\n")


async def _add(connection: psycopg.AsyncConnection[Any], batch: Batch, lines: Sequence[str]) -> Counts:
    """Those that are new; rows of this very task, from an earlier attempt, are unchanged, another task's
    are duplicates."""
    async with connection.cursor() as cursor:
        await _into_temp(cursor, lines)
        await cursor.execute(_ADD, _parameters(batch))
        created = cursor.rowcount
        await cursor.execute(_KNOWN, _parameters(batch))
        found = await cursor.fetchone()
        mine = (found[0] if found else 0) - created
        if created + mine < len(lines):
            await cursor.execute(_REPEATED, _parameters(batch))
        anew = await _decided_anew(cursor, batch) if mine else 0
    others = len(lines) - created - mine
    return Counts(created=created, updated=anew, unchanged=mine - anew, duplicate=others)


async def _decided_anew(cursor: psycopg.AsyncCursor[Any], batch: Batch) -> int:
    """How many of the task's own rows have another category now, or have it otherwise."""
    if not decides_anew(batch):
        return 0
    closed = batch.closed.until if batch.closed is not None else None
    await cursor.execute(_ANEW, _parameters(batch) | {"closed": closed})
    return cursor.rowcount


def decides_anew(batch: Batch) -> bool:
    """Whether rows that are there are classified again: where they may be the task's own, unless it was told
    to leave categories alone."""
    return batch.task.again and bool(batch.task.params.get("auto_classify", True))


async def _follow(
    connection: psycopg.AsyncConnection[Any],
    statement: str,
    batch: Batch,
    rows: Sequence[Incoming],
    lines: Sequence[str],
) -> Counts:
    """What 1C has changed, deleted or un-posted since."""
    skipped = 0
    async with connection.cursor() as cursor:
        await _into_temp(cursor, lines)
        await cursor.execute(statement, _parameters(batch))
        changed = await cursor.fetchall()
        if len(changed) < len(rows):
            await cursor.execute(_CARRY, _parameters(batch))
        if any(row.transaction.retracted for row in rows):
            await cursor.execute(_NEVER_IMPORTED)
            found = await cursor.fetchone()
            skipped = found[0] if found else 0
        anew = await _decided_anew(cursor, batch)
    created = sum(1 for is_new, _ in changed if is_new)
    retracted = sum(1 for is_new, is_gone in changed if is_gone and not is_new)
    return Counts(
        created=created,
        retracted=retracted,
        skipped=skipped,
        updated=len(changed) - created - retracted + anew,
        unchanged=len(rows) - len(changed) - skipped - anew,
    )
