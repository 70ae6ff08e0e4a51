"""What the file of a task calls the fields of its rows: what people see of rejected rows, and correct."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.formats.tables.fields import Layout
from jobs.formats.tables.headings import Headings
from jobs.formats.tables.mapping import Found
from jobs.kinds.registry import kinds
from projections.queries import tables
from projections.queries.tasks import TaskRow

_PLAIN = Headings()


@dataclass(frozen=True, slots=True)
class TaskHeadings:
    """By the attempt that has read the file; a later one that read only recorded batches has that one's."""

    plain: Headings = _PLAIN
    read: Mapping[int, Headings] = field(default_factory=dict)

    def of(self, attempt: int) -> Headings:
        before = [number for number in self.read if number <= attempt]
        return self.read[max(before)] if before else self.plain

    @property
    def known(self) -> set[str]:
        """All columns that an error file of the task may have."""
        return {name for one in (self.plain, *self.read.values()) for name in one.known}

    @property
    def columns(self) -> list[str]:
        """Of the file, from the left, as it was read last."""
        return self.read[max(self.read)].columns if self.read else []


async def headings_of(connection: AsyncConnection, task: TaskRow) -> TaskHeadings:
    """Of a table or CommerceML; what a statement and 1C send is called by their own names already."""
    layout = layout_of(task.task["kind"])
    if layout is None or task.task["source"].get("type") != "upload":
        return TaskHeadings()
    read = await tables.readings(connection, task.task["id"])
    return TaskHeadings(
        Headings.of(layout),
        {attempt: Headings.of(layout, Found.restored(found)) for attempt, found in read.items()},
    )


def name_among(several: Sequence[str], name: str | None) -> str | None:
    """What people call a field over many files of some kinds."""
    known = [layout for kind in several if (layout := layout_of(kind)) is not None and name is not None]
    return next((Headings.of(layout).name(name) for layout in known if layout.field(str(name))), name)


def layout_of(kind: str) -> Layout | None:
    """The columns of a kind whose files are tables."""
    known = kinds().get(kind)
    return known.upload.layout if known is not None and known.upload is not None else None
