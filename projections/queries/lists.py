"""A list as data: what it shows, which filters it knows, by which key it pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging


def words(value: object) -> str:
    """A text that PostgreSQL can hold."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    return value


@dataclass(frozen=True, slots=True)
class Listing:
    """``statement`` up to WHERE; ``filters`` by name, each with its parameter; ``key`` are columns of the
    result by which it is ordered, with the reader of each in a cursor. ``always`` must hold of every row."""

    statement: str
    filters: Mapping[str, str]
    key: Mapping[str, Callable[[Any], object]]
    descending: bool = False
    always: str = "true"

    async def page(
        self, connection: AsyncConnection, wanted: Mapping[str, Any], cursor: str | None, limit: int
    ) -> paging.Page:
        """The rows that every filter of ``wanted`` that is set lets through. Raises BadCursor."""
        conditions = [self.always]
        parameters: dict[str, Any] = {"most": limit + 1}
        for name, value in wanted.items():
            if value is not None:
                conditions.append(self.filters[name])
                parameters[name] = paging.like(value) if name == "q" else value
        names = list(self.key)
        if cursor is not None:
            holes = [f"after_{place}" for place in range(len(names))]
            parameters |= zip(holes, paging.decode(cursor, *self.key.values()), strict=True)
            sign = "<" if self.descending else ">"
            conditions.append(f"({', '.join(names)}) {sign} ({', '.join(f':{hole}' for hole in holes)})")
        order = ", ".join(f"{name} DESC" if self.descending else name for name in names)
        statement = f"{self.statement} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :most"
        found = await connection.execute(text(statement), parameters)
        columns = [name.rpartition(".")[2] for name in names]
        rows = [dict(row) for row in found.mappings()]
        return paging.page(rows, limit, lambda row: [row[name] for name in columns])
