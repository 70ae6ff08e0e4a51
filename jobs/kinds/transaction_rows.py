"""Bank transactions into PostgreSQL: COPY into one temp table per connection, then one upsert."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from events.records import Counts
from jobs.base import Batch
from jobs.classify import NONE, Decision
from jobs.records import Transaction


@dataclass(slots=True)
class Incoming:
    """A transaction on its way in: its source row, and the category that was decided."""

    row_no: int
    transaction: Transaction
    decision: Decision = NONE


_COLUMNS = (
    "key, row_no, number, date, booked_on, direction, amount, currency, account, counterparty_name,"
    " counterparty_inn, counterparty_kpp, counterparty_account, purpose, category, classified_by,"
    " confidence, data_version, retracted, warnings"
)
_TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS incoming_transaction ON COMMIT DELETE ROWS
AS SELECT {_COLUMNS} FROM bank_transaction WITH NO DATA
"""
_COPY = f"COPY incoming_transaction ({_COLUMNS}) FROM STDIN"
_TARGET = f"INSERT INTO bank_transaction ({_COLUMNS}, demo, task_id)"
_FROM = f" SELECT {_COLUMNS}, %(demo)s, %(task)s FROM incoming_transaction"
# A statement's row is identified by its whole content: a later file can only bring it again.
_ADD = f"{_TARGET}{_FROM} ON CONFLICT (key) DO NOTHING"
_KNOWN = """
SELECT count(*) FROM incoming_transaction i JOIN bank_transaction b USING (key)
WHERE b.task_id = %(task)s AND b.row_no = i.row_no
"""
# 1C's row is known by its Ref_Key and changes with its DataVersion; what a person chose stays.
_FOLLOW = f"""
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
    data_version = excluded.data_version, retracted = excluded.retracted, warnings = excluded.warnings
WHERE bank_transaction.data_version IS DISTINCT FROM excluded.data_version
   OR bank_transaction.retracted <> excluded.retracted
RETURNING old.id IS NULL, new.retracted
"""
# Deleted or un-posted in 1C before it was ever imported: there is nothing to take back.
_NEVER_IMPORTED = """
SELECT count(*) FROM incoming_transaction i
WHERE i.retracted AND NOT EXISTS (SELECT FROM bank_transaction b WHERE b.key = i.key)
"""


async def write_rows(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[Incoming]
) -> Counts:
    """Write ``rows`` (in key order) and say what became of each; ``total`` = their number."""
    unique = _first_of_each_key(rows)
    if not unique:
        return Counts()
    async with connection.cursor() as cursor:
        await cursor.execute(_TEMP)
        async with cursor.copy(_COPY) as copy:
            await copy.write("".join(map(_line, unique)))
        parameters = {"task": batch.task.task_id, "demo": bool(batch.task.params.get("demo", False))}
        if batch.context.get("source") == "onec":
            counts = await _follow(cursor, parameters, unique)
        else:
            counts = await _add(cursor, parameters, len(unique))
    return counts + Counts(duplicate=len(rows) - len(unique))


async def _add(cursor: psycopg.AsyncCursor[Any], parameters: dict[str, Any], rows: int) -> Counts:
    await cursor.execute(_ADD, parameters)
    created = cursor.rowcount
    if created == rows:
        return Counts(created=created)
    await cursor.execute(_KNOWN, parameters)
    found = await cursor.fetchone()
    # Rows of this very task, from an earlier attempt, are unchanged; another task's are duplicates.
    mine = (found[0] if found else 0) - created
    return Counts(created=created, unchanged=mine, duplicate=rows - created - mine)


async def _follow(
    cursor: psycopg.AsyncCursor[Any], parameters: dict[str, Any], rows: Sequence[Incoming]
) -> Counts:
    await cursor.execute(_FOLLOW, parameters)
    changed = await cursor.fetchall()
    created = sum(1 for is_new, _ in changed if is_new)
    retracted = sum(1 for is_new, is_gone in changed if is_gone and not is_new)
    skipped = 0
    if any(row.transaction.retracted for row in rows):
        await cursor.execute(_NEVER_IMPORTED)
        found = await cursor.fetchone()
        skipped = found[0] if found else 0
    return Counts(
        created=created,
        retracted=retracted,
        skipped=skipped,
        updated=len(changed) - created - retracted,
        unchanged=len(rows) - len(changed) - skipped,
    )


def _first_of_each_key(rows: Sequence[Incoming]) -> list[Incoming]:
    """A source that shows a row twice in one batch must not stop the upsert."""
    kept: list[Incoming] = []
    last = None
    for row in rows:
        if row.transaction.key != last:
            kept.append(row)
            last = row.transaction.key
    return kept


def _line(row: Incoming) -> str:
    """One line of COPY's text format; escaped only where something needs it, which is rare."""
    t, d = row.transaction, row.decision
    texts = (
        t.key.hex(),
        str(row.row_no),
        t.number,
        t.date.isoformat(),
        t.booked_on.isoformat(),
        t.direction,
        str(t.amount),
        t.currency,
        t.account,
        t.counterparty_name,
        t.counterparty_inn,
        t.counterparty_kpp,
        t.counterparty_account,
        t.purpose,
    )
    rest = (
        r"\N" if d.category is None else _escaped(d.category),
        r"\N" if d.how is None else d.how,
        r"\N" if d.confidence is None else repr(d.confidence),
        r"\N" if t.data_version is None else t.data_version,
        "t" if t.retracted else "f",
        "{" + ",".join(t.warnings) + "}",
    )
    line = "\t".join(texts)
    if line.count("\t") != len(texts) - 1 or "\\" in line or "\n" in line or "\r" in line:
        line = "\t".join(map(_escaped, texts))
    return line + "\t" + "\t".join(rest) + "\n"


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)


def copy_lines(rows: Iterable[Incoming]) -> Iterable[str]:
    """The same lines for who loads them otherwise (benchmarks compare with psql's copy)."""
    return map(_line, rows)
