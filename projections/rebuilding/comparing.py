"""Two schemas of read models compared: counts and checksums by table and partition, rows where these differ.

Each side is read by a connection of its own, so that a snapshot of the live tables can be compared with
tables that were filled since it was taken.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.schema import checked

# When somebody last looked at the log's end is no matter of the log.
_NOT_COMPARED = {"projection_offset": ("log_end", "seen_at")}
# Counters that came back to nothing are as good as none.
_COUNTED = "n"


@dataclass(frozen=True, slots=True)
class Side:
    """A schema, read by ``connection``."""

    connection: AsyncConnection
    schema: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows by table, and of those that are on one side only how many, where there are any."""

    rows: Mapping[str, int]
    differences: Mapping[str, int]


async def compared(live: Side, rebuilt: Side) -> Difference:
    """What ``rebuilt`` has, and how it differs."""
    tables = await _tables(rebuilt)
    rows, differences = dict[str, int](), dict[str, int]()
    for table, columns in sorted(tables.items()):
        one, other = await asyncio.gather(*(_checksums(side, table, columns) for side in (live, rebuilt)))
        rows[table] = sum(count for count, _ in other.values())
        different = [place for place in one.keys() | other.keys() if one.get(place) != other.get(place)]
        found = 0
        for place in different:
            found += await _rows_apart(live, rebuilt, table, columns, place)
        if found:
            differences[table] = found
    return Difference(rows, differences)


async def _tables(side: Side) -> dict[str, list[str]]:
    """The stored columns of each table, quoted."""
    found = await side.connection.execute(text(_COLUMNS), {"schema": side.schema})
    return {
        table: [column for column in columns if column not in _NOT_COMPARED.get(table, ())]
        for table, columns in found
    }


async def _checksums(side: Side, table: str, columns: list[str]) -> dict[int, tuple[int, str]]:
    found = await side.connection.execute(
        text(
            f"SELECT {_place(columns)}, count(*), sum({_hash(columns)})::text"
            f" FROM {checked(side.schema)}.{checked(table)} WHERE {_worth(columns)} GROUP BY 1"
        )
    )
    return {place: (count, checksum) for place, count, checksum in found}


async def _rows_apart(live: Side, rebuilt: Side, table: str, columns: list[str], place: int) -> int:
    one, other = [await _hashes(side, table, columns, place) for side in (live, rebuilt)]
    return (one - other).total() + (other - one).total()


async def _hashes(side: Side, table: str, columns: list[str], place: int) -> Counter[int]:
    found = await side.connection.execute(
        text(
            f"SELECT {_hash(columns)} FROM {checked(side.schema)}.{checked(table)}"
            f" WHERE {_worth(columns)} AND {_place(columns)} = :place"
        ),
        {"place": place},
    )
    return Counter(found.scalars())


def _place(columns: list[str]) -> str:
    return "partition" if "partition" in columns else "0"


def _hash(columns: list[str]) -> str:
    # Of the values, not of the row's text: a third of the time.
    return f"hash_record_extended(ROW({', '.join(columns)}), 0)"


def _worth(columns: list[str]) -> str:
    return f"{_COUNTED} <> 0" if _COUNTED in columns else "true"


_COLUMNS = """
SELECT c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = :schema AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname
"""
