"""The same rows for every rival: written out of what was imported, into tables that equal ours."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.report import BenchmarkFailed

SCHEMA = "bench"
# No statement here takes longer than this, whatever happens.
STATEMENT_MS = 900_000
# Made by the table itself, for us and for rivals alike.
GENERATED = "id"

_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'bank_transaction' AND column_name <> %s
ORDER BY ordinal_position
"""
# How Python holds what COPY writes; every other column is text.
TYPES: Mapping[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "booked_on": date.fromisoformat,
    "amount": Decimal,
    "confidence": float,
    "row_no": int,
    "retracted": "t".__eq__,
    "demo": "t".__eq__,
}
_ESCAPED = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}


class Tables:
    """One connection, autocommit, to the stack's database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(
            url,
            autocommit=True,
            options=f"-c statement_timeout={STATEMENT_MS} -c client_min_messages=warning",
        )
        found = self._connection.execute(_COLUMNS, [GENERATED]).fetchall()
        self.columns = tuple(name for (name,) in found)
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")

    def close(self) -> None:
        self._connection.close()

    def twin(self, name: str, of: str = "bank_transaction") -> str:
        """An empty table of the same columns, defaults and indexes; gives its qualified name."""
        table = f"{SCHEMA}.{name}"
        self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        self._connection.execute(f"CREATE TABLE {table} (LIKE public.{of} INCLUDING ALL)")
        return table

    def checked(self, table: str, rows: int) -> None:
        """Raises BenchmarkFailed unless a rival has really written all rows."""
        found = self._connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_name(table))).fetchone()
        if found != (rows,):
            raise BenchmarkFailed(f"{table} holds {found} rows instead of {rows}")

    def drop(self, table: str) -> None:
        self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_name(table)))

    def forget(self, schema: str) -> None:
        """Drop what a rival has made in schemas of its own, its staging included."""
        for name in (schema, f"{schema}_staging"):
            self._connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))

    def settle(self) -> None:
        """So that nobody pays for what the one before has left: dirty pages, dead rows, old statistics."""
        self._connection.execute("VACUUM (ANALYZE) public.bank_transaction")
        self._connection.execute("CHECKPOINT")

    def export(self, task_id: str, path: Path) -> None:
        """What a task imported, in the order of its file, in COPY's text format."""
        query = sql.SQL("COPY (SELECT {} FROM bank_transaction WHERE task_id = {} ORDER BY row_no) TO STDOUT")
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        with (
            path.open("wb") as file,
            self._connection.cursor().copy(query.format(names, sql.Literal(task_id))) as copy,
        ):
            for data in copy:
                file.write(data)

    def applied(self, task_id: str) -> int:
        """Batches of a task that are committed."""
        query = "SELECT count(*) FROM applied_batch WHERE task_id = %s"
        found = self._connection.execute(query, [task_id]).fetchone()
        assert found is not None
        return int(found[0])


def exported_rows(path: Path, columns: tuple[str, ...], most: int) -> Iterator[dict[str, Any]]:
    """The first rows of an export as a program holds them, NULL as None; keys and arrays stay texts."""
    readers = [TYPES.get(name, str) for name in columns]
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in islice(file, most):
            texts = map(_plain, line[:-1].split("\t"))
            values = [None if text is None else read(text) for read, text in zip(readers, texts, strict=True)]
            yield dict(zip(columns, values, strict=True))


def _plain(field: str) -> str | None:
    if "\\" not in field:
        return field
    if field == r"\N":
        return None
    parts = field.split(r"\\")
    for escape, sign in _ESCAPED.items():
        parts = [part.replace(escape, sign) for part in parts]
    return "\\".join(parts)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
