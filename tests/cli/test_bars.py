"""What one sees while it goes on: a bar in a terminal, a line now and then in a log."""

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.bars import Counted, TaskBar, bytes_bar
from cli.screen import Screen


def screen(*, terminal: bool) -> tuple[Screen, io.StringIO]:
    said = io.StringIO()
    made = Screen("en")
    made.err = Console(file=said, force_terminal=terminal, width=120, highlight=False)
    return made, said


def task(percent: int, processed: int, rejected: int = 0, **progress: Any) -> dict[str, Any]:
    known = {"percent": percent, "processed": processed, "total": 1000, "rows_per_second": None}
    return {
        "status": "running",
        "outcome": None,
        "retry": None,
        "counts": {"rejected": rejected},
        "progress": {**known, "eta_seconds": None, **progress},
    }


def test_a_bar_shows_rows_rate_time_left_and_rejects() -> None:
    made, said = screen(terminal=True)
    with TaskBar(made) as bar:
        bar.show(task(41, 410, 2, rows_per_second=1234.5, eta_seconds=75))
    for words in ("● Running", "410 / 1,000", "1,234 rows/s · 1:15 left", "2 rows rejected"):
        assert words in said.getvalue()


def test_a_log_gets_a_line_every_ten_percent() -> None:
    made, said = screen(terminal=False)
    with TaskBar(made) as bar:
        for percent in range(0, 100, 3):
            bar.show(task(percent, percent * 10))
    lines = said.getvalue().splitlines()
    assert [line.split(" %")[0] for line in lines] == [
        "0",
        "12",
        "21",
        "30",
        "42",
        "51",
        "60",
        "72",
        "81",
        "90",
    ]


def test_a_total_that_is_not_known_is_not_shown() -> None:
    made, said = screen(terminal=False)
    with TaskBar(made) as bar:
        bar.show(task(0, 7, total=None))
    assert "· 7\n" in said.getvalue()


def test_bytes_are_counted_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file [x].txt"
    path.write_bytes(b"0123456789")
    made, _ = screen(terminal=True)
    with path.open("rb") as file, bytes_bar(made, path, "cli.uploading") as (progress, bar):
        counted = Counted(file, progress, bar)
        assert counted.read(4) == b"0123"
        assert progress.tasks[0].completed == 4
        assert progress.tasks[0].total == 10
        assert (counted.seek(0), counted.tell(), counted.fileno()) == (0, 0, file.fileno())
