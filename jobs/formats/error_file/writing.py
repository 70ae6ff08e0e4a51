"""Writing: which columns there are is known only when all rows were seen, so they wait on the disk."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from jobs.formats.error_file.cells import MARK, OWN, Ref, blank, column, safe, text_of

# A database keeps no order of a row's keys: what one looks for first comes first.
_FIRST = (
    "Номер",
    "Дата",
    "Сумма",
    "ДатаСписано",
    "ДатаПоступило",
    "Плательщик",
    "Получатель",
    "НазначениеПлатежа",
)
Separator = str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected row as it stands now: with its last correction, if there is one."""

    ref: Ref
    raw: Mapping[str, Any]
    field: str | None
    value: str | None
    code: str
    reason: str
    sheet_row: int | None = None

    def own(self) -> tuple[str, ...]:
        """The cells of our own columns."""
        named = (self.ref.row_no, self.sheet_row, self.field, self.value, self.code, self.reason)
        return (*map(text_of, named), str(self.ref))


class Spool:
    """Rows on their way, in a file: a million of them need no memory."""

    def __init__(self, file: BinaryIO, columns: Sequence[str] = ()) -> None:
        """``columns`` are those that a table has, in its order: they are there whatever rows fill."""
        self._file = file
        self._columns = list(filter(_is_shown, columns))
        self._fields = dict.fromkeys(self._columns)
        self._in_sheet = False

    def add(self, rows: Iterable[Rejected]) -> None:
        for row in rows:
            shown = {name: text_of(value) for name, value in row.raw.items() if _is_shown(name)}
            self._fields.update(dict.fromkeys(shown))
            self._in_sheet |= row.sheet_row is not None
            if row.field is not None and _is_shown(row.field):
                # What is missing has to have a cell to be written into.
                self._fields[row.field] = None
            self._file.write(orjson.dumps([row.own(), shown]) + b"\n")

    def columns(self) -> list[str]:
        own = [name for place, name in enumerate(OWN) if self._is_needed(place)]
        return [*own, *map(column, self._ordered())]

    def rows(self) -> Iterator[list[str]]:
        """Cells in the order of ``columns``, as text."""
        fields = self._ordered()
        self._file.seek(0)
        for line in self._file:
            own, raw = orjson.loads(line)
            own = [cell for place, cell in enumerate(own) if self._is_needed(place)]
            yield [*own, *(raw.get(name, "") for name in fields)]

    def _ordered(self) -> list[str]:
        others = [name for name in self._fields if name not in self._columns]
        return [*self._columns, *columns_in_order(others)]

    def _is_needed(self, place: int) -> bool:
        return self._in_sheet or OWN[place] != "sheet_row"


class CsvSheet:
    """A CSV file piece by piece: UTF-8 with a BOM, without which Excel reads cp1251."""

    def __init__(self, separator: Separator) -> None:
        self._buffer = io.StringIO()
        self._buffer.write("\ufeff")
        self._out = csv.writer(self._buffer, delimiter=separator, lineterminator="\r\n")

    def add(self, cells: Sequence[str]) -> None:
        self._out.writerow([safe(cell) for cell in cells])

    def taken(self) -> bytes:
        """What was written since."""
        found = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return found


def columns_in_order(fields: Iterable[str]) -> list[str]:
    """Names that are looked for first, each with those that begin with it; the others by the alphabet."""
    return sorted(fields, key=_rank)


def _rank(name: str) -> tuple[int, str]:
    exact = next((place for place, first in enumerate(_FIRST) if name == first), None)
    begun = next((place for place, first in enumerate(_FIRST) if name.startswith(first)), len(_FIRST))
    return (begun if exact is None else exact, name)


def _is_shown(name: str) -> bool:
    return not name.startswith(MARK) and not blank(name)
