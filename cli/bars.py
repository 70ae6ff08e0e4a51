"""Progress bars on stderr; without a terminal a line now and then, so that a log shows it as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cli import figures
from cli.api import Json
from cli.screen import Screen
from cli.status import tag
from infra.wording import number

# So many percent between two lines where there is no terminal.
_STEP = 10


class Counted:
    """A file that tells how much of it was read; httpx sends it in pieces of 64 KB."""

    def __init__(self, file: BinaryIO, progress: Progress, bar: TaskID) -> None:
        self._file = file
        self._progress = progress
        self._bar = bar

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._progress.advance(self._bar, len(data))
        return data

    def fileno(self) -> int:
        return self._file.fileno()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


@contextmanager
def bytes_bar(screen: Screen, path: Path, code: str, passes: int = 1) -> Iterator[tuple[Progress, TaskID]]:
    """A bar over the bytes of a file that is read ``passes`` times."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with _progress(screen.err, *columns) as progress:
        words = escape(screen.word(code, name=path.name))
        yield progress, progress.add_task(words, total=path.stat().st_size * passes)


class TaskBar:
    """The bar of a running task: rows, rate, time left, rejected rows."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._progress = _progress(
            screen.err,
            TextColumn("{task.fields[tag]}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[rows]}", justify="right"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[rejected]}"),
        )
        self._bar = self._progress.add_task("", total=100, tag="", rows="", rate="", rejected="")
        self._said = -_STEP

    def __enter__(self) -> "TaskBar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, task: Json) -> None:
        """The task as it stands now."""
        percent = task["progress"]["percent"]
        found = _fields(self._screen, task)
        if self._screen.err.is_terminal:
            self._progress.update(
                self._bar,
                completed=percent,
                tag=found["tag"],
                rows=found["rows"],
                rate=found["rate"],
                rejected=found["rejected"],
            )
        elif percent >= self._said + _STEP:
            self._said = percent - percent % _STEP
            said = " · ".join(text for text in (f"{percent} %", *found.values()) if text)
            self._screen.err.print(said, markup=True, soft_wrap=True)


def _fields(screen: Screen, task: Json) -> dict[str, str]:
    progress, shown = task["progress"], tag(screen, task)
    total = progress["total"]
    done = number(progress["processed"], screen.language)
    rejected = task["counts"]["rejected"]
    return {
        "tag": f"[{shown.style}]{shown}[/]",
        "rows": done if total is None else f"{done} / {number(total, screen.language)}",
        "rate": _rate(screen, progress),
        "rejected": f"[yellow]{screen.word('cli.bar.rejected', count=rejected)}[/]" if rejected else "",
    }


def _rate(screen: Screen, progress: Json) -> str:
    parts = []
    if progress["rows_per_second"]:
        parts.append(screen.word("cli.bar.rate", rows=round(progress["rows_per_second"])))
    if progress["eta_seconds"]:
        parts.append(screen.word("cli.bar.left", time=figures.span(progress["eta_seconds"])))
    return " · ".join(parts)


def _progress(console: Console, *columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
