"""Rows as they stand, before and after a shadow has written: by what they differ."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import psycopg

from jobs.base import RowVerdict

Image = Mapping[str, str | None]
# Of a row that is new nobody is told what it does not have.
_NOTHING = (None, "", "[]", "false")


def image(row: str) -> str:
    """SQL of a row as JSON whose values are texts: an amount never becomes a float."""
    return f"(SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each_text(to_jsonb({row})) e)"


async def images(
    cursor: psycopg.AsyncCursor[Any], statement: str, parameters: Any = None
) -> dict[int, Image]:
    """``statement`` gives (row number, ``image``) of those rows of a batch that are there."""
    await cursor.execute(statement, parameters)
    return dict(await cursor.fetchall())


def differing(
    before: Image | None, after: Image | None, fields: Iterable[str]
) -> dict[str, tuple[str | None, str | None]]:
    """By field what stands there and what would; of a row that is not there, all that it would have."""
    new = after or {}
    if before is None:
        return {name: (None, new[name]) for name in fields if new.get(name) not in _NOTHING}
    return {name: (before.get(name), new.get(name)) for name in fields if before.get(name) != new.get(name)}


def with_changes(
    said: Mapping[int, RowVerdict],
    before: Mapping[int, Image],
    after: Mapping[int, Image],
    fields: Iterable[str],
) -> dict[int, RowVerdict]:
    """Each verdict with what would change of its row."""
    names = tuple(fields)
    return {
        row_no: replace(verdict, changes=differing(before.get(row_no), after.get(row_no), names))
        if verdict.verdict in ("created", "updated", "retracted")
        else verdict
        for row_no, verdict in said.items()
    }
