"""Lines on their way into tables: gathered from many small sets, sent as one COPY a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from projections.store import Connection


class Copied(NamedTuple):
    """Lines for a table."""

    table: str
    columns: str
    lines: str


@dataclass(slots=True)
class Gathered:
    """Lines of several sets, for one COPY a table."""

    events: int = 0
    _lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, copied: Iterable[Copied], events: int) -> None:
        """What a set of so many events came to."""
        self.events += events
        for table, columns, text in copied:
            self._lines.setdefault((table, columns), []).append(text)

    def taken(self) -> list[Copied]:
        """All of it; what comes next begins anew."""
        found = [Copied(*place, "".join(texts)) for place, texts in self._lines.items()]
        self.events, self._lines = 0, {}
        return found


async def copy(connection: Connection, written: Iterable[Copied]) -> None:
    async with connection.cursor() as cursor:
        for table, columns, text in written:
            if text:
                async with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as sending:
                    await sending.write(text)
