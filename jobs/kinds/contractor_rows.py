"""Contractors into PostgreSQL, a batch at a time, and what became of each row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from jobs.base import Batch, RowVerdict
from jobs.kinds.copying import copy_line
from jobs.kinds.gone_rows import Retracting
from jobs.kinds.verdicts import digest
from jobs.records import Contractor

_FIELDS = "code, name, full_name, kind, inn, kpp, okpo, data_version, retracted, warnings"
_COLUMNS = f"key, row_no, {_FIELDS}"
_TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS incoming_contractor ON COMMIT DELETE ROWS
AS SELECT {_COLUMNS} FROM contractor WITH NO DATA
"""
_COPY = f"COPY incoming_contractor ({_COLUMNS}) FROM STDIN"
# A file does not touch what 1C has: 1C's own row stays, whatever its key.
_OF_1C = """
DELETE FROM incoming_contractor i USING contractor c
WHERE c.inn = i.inn AND c.kpp = i.kpp AND i.inn <> '' AND c.data_version IS NOT NULL AND NOT c.retracted
RETURNING i.key
"""
# 1C's rows follow their DataVersion; a file's row has none and follows its content.
_UPSERT = f"""
WITH written AS (
INSERT INTO contractor ({_COLUMNS}, task_id)
SELECT {_COLUMNS}, %(task)s FROM incoming_contractor i
WHERE NOT i.retracted OR EXISTS (SELECT FROM contractor c WHERE c.key = i.key)
ORDER BY i.key
ON CONFLICT (key) DO UPDATE SET
    code = excluded.code, name = excluded.name, full_name = excluded.full_name, kind = excluded.kind,
    inn = excluded.inn, kpp = excluded.kpp, okpo = excluded.okpo, data_version = excluded.data_version,
    retracted = excluded.retracted, warnings = excluded.warnings, updated_at = now()
WHERE CASE WHEN excluded.data_version IS NOT NULL
    THEN contractor.data_version IS DISTINCT FROM excluded.data_version
        OR contractor.retracted <> excluded.retracted
    ELSE (contractor.code, contractor.name, contractor.full_name, contractor.kind, contractor.okpo,
          contractor.retracted)
        IS DISTINCT FROM (excluded.code, excluded.name, excluded.full_name, excluded.kind, excluded.okpo,
          excluded.retracted)
    END
RETURNING new.id, new.key, old.id IS NULL AS is_new, new.retracted
), changed AS (
INSERT INTO contractor_change (task_id, contractor_id) SELECT %(task)s, id FROM written WHERE NOT is_new
ON CONFLICT DO NOTHING
)
SELECT key, is_new, retracted FROM written
"""
RETRACTING = Retracting(
    retract="""
WITH gone AS (
    UPDATE contractor SET retracted = true, updated_at = now()
    WHERE NOT retracted AND data_version IS NOT NULL AND key IN (
        SELECT key FROM contractor WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE)
    RETURNING id, key
), changed AS (
    INSERT INTO contractor_change (task_id, contractor_id) SELECT %(task)s, id FROM gone
    ON CONFLICT DO NOTHING
)
SELECT key FROM gone
""",
    stored="SELECT key FROM contractor WHERE key = ANY(%(keys)s)",
    shown="Description",
)


@dataclass(frozen=True, slots=True)
class IncomingContractor:
    """A contractor on its way in, and its source row."""

    row_no: int
    contractor: Contractor


async def write_contractors(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[IncomingContractor]
) -> dict[int, RowVerdict]:
    """Write ``rows``, in any order; says of each, by its number, what became of it."""
    unique: dict[bytes, IncomingContractor] = {}
    for row in rows:
        unique.setdefault(row.contractor.key, row)
    said: dict[int, RowVerdict] = {
        row.row_no: RowVerdict(
            "duplicate", row.contractor.name, "duplicate_in_file", {"row": unique[row.contractor.key].row_no}
        )
        for row in rows
        if unique[row.contractor.key] is not row
    }
    if unique:
        verdicts = await _upserted(connection, batch, list(unique.values()))
        for key, row in unique.items():
            verdict = _verdict(row.contractor, verdicts.get(key))
            said[row.row_no] = _recognisable(verdict, row.contractor) if batch.task.dry_run else verdict
    return said


async def _upserted(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[IncomingContractor]
) -> dict[bytes, str]:
    """By key; what is not in it was there already as it is."""
    found: dict[bytes, str] = {}
    async with connection.cursor() as cursor:
        await cursor.execute(_TEMP)
        await cursor.execute("DELETE FROM incoming_contractor")
        async with cursor.copy(_COPY) as copy:
            await copy.write("".join(map(_line, rows)))
        if batch.context.get("source") != "onec":
            await cursor.execute(_OF_1C)
            found |= {key.bytes: "duplicate" for (key,) in await cursor.fetchall()}
        await cursor.execute(_UPSERT, {"task": batch.task.task_id})
        for key, is_new, is_gone in await cursor.fetchall():
            found[key.bytes] = "created" if is_new else "retracted" if is_gone else "updated"
        await cursor.execute(
            "SELECT i.key FROM incoming_contractor i"
            " WHERE i.retracted AND NOT EXISTS (SELECT FROM contractor c WHERE c.key = i.key)"
        )
        found |= {key.bytes: "skipped" for (key,) in await cursor.fetchall()}
    return found


def _verdict(contractor: Contractor, verdict: str | None) -> RowVerdict:
    if verdict == "duplicate":
        named = {"inn": contractor.inn, "kpp": contractor.kpp}
        return RowVerdict(verdict, contractor.name, "duplicate_of_contractor", named)
    return RowVerdict(
        verdict or "unchanged", contractor.name, "never_imported" if verdict == "skipped" else None
    )


def _recognisable(verdict: RowVerdict, contractor: Contractor) -> RowVerdict:
    """1C's element is as its DataVersion and mark say, a file's row as it is written."""
    c = contractor
    fields = (c.data_version,) if c.data_version else (c.code, c.name, c.full_name, c.kind, c.okpo)
    return replace(verdict, identity=c.key, content=digest((*fields, str(c.retracted))))


def _line(row: IncomingContractor) -> str:
    c = row.contractor
    return copy_line(
        str(UUID(bytes=c.key)),
        str(row.row_no),
        c.code,
        c.name,
        c.full_name,
        c.kind,
        c.inn,
        c.kpp,
        c.okpo,
        c.data_version,
        "t" if c.retracted else "f",
        "{" + ",".join(c.warnings) + "}",
    )
