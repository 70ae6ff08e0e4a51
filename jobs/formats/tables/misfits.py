"""Why a table cannot be read as it was wished: what is said of it, and the first rows to look at."""

from collections.abc import Iterable, Mapping, Sequence

from domain.errors import Fatal, written
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.header import Header
from jobs.formats.tables.limits import HEADER_ROWS, SHOWN_CELLS, SHOWN_TEXT
from jobs.formats.tables.mapping import Wishes


class Misfit(Fatal):
    """``rows`` are the first ones of a sheet, for a person to look at: they are no matter for the log."""

    def __init__(self, rows: Sequence[GridRow], code: str, detail: str | None, **args: str | int) -> None:
        super().__init__(code, detail, **args)
        self.rows = rows[:HEADER_ROWS]


class HeaderUnknown(Misfit):
    """No sheet has the columns that are needed."""

    def __init__(self, layout: Layout, rows: Sequence[GridRow]) -> None:
        super().__init__(rows, "header_unknown", None, wanted=names_wanted(layout))


class HeadingsMissing(Misfit):
    """The row that was taken as the header lacks headings that the mapping names, or no row has one of them:
    ``mapping_heading_missing``, ``mapping_heading_nowhere``; ``template_…`` where the template names them."""

    def __init__(
        self, rows: Sequence[GridRow], lacks: Mapping[str, str], wishes: Wishes, header: Header | None = None
    ) -> None:
        numbers = header.rows if header is not None else ()
        whose = "template" if wishes.of_template >= {*lacks} else "mapping"
        said = written(
            template=wishes.template or "",
            column=", ".join(wanted[:SHOWN_TEXT] for wanted in lacks.values()),
            cells=" / ".join(_cells(row.cells) for row in rows if row.number in numbers),
        )
        found: dict[str, str | int] = {"fields": ", ".join(lacks)}
        if numbers:
            found["row"] = numbers[0]
        super().__init__(rows, f"{whose}_heading_{'missing' if numbers else 'nowhere'}", said, **found)


class FieldsMissing(Misfit):
    """The row that was taken as the header, as it is read by the mapping, leaves fields without a column
    that are needed: ``mapping_incomplete``, ``template_incomplete`` where a template has its part in it,
    ``mapping_incomplete_bare`` of a table that has no header."""

    def __init__(
        self, rows: Sequence[GridRow], missing: Iterable[str], wishes: Wishes, header: Header
    ) -> None:
        wanted = sorted(missing)
        said = written(
            template=wishes.template or "",
            column=", ".join(
                f"{name} = {wishes.mapping[name][:SHOWN_TEXT]}" if wishes.mapping.get(name) else name
                for name in wanted
            ),
            cells=" / ".join(_cells(row.cells) for row in rows if row.number in header.rows),
        )
        found: dict[str, str | int] = {"wanted": ", ".join(wanted)}
        if not header.rows:
            super().__init__(rows, "mapping_incomplete_bare", said, **found)
            return
        whose = "template" if wishes.of_template else "mapping"
        super().__init__(rows, f"{whose}_incomplete", said, **found, row=header.rows[0])


def names_wanted(layout: Layout) -> str:
    """What ``mapping`` calls each field, and the name people know it by: ``unit_cost (Себестоимость)``."""
    return ", ".join(
        f"{field.name} ({field.aliases[0]})" if field.aliases else field.name for field in layout.fields
    )


def _cells(cells: Sequence[str]) -> str:
    """A row as a person reads it in a message."""
    return " | ".join(" ".join(cell[:SHOWN_TEXT].split()) for cell in cells[:SHOWN_CELLS] if cell)
