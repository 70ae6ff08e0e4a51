"""``make demo`` shows real figures, and ends well only if they add up."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from stack.demo import PLANTED, DoesNotAddUp, judge
from stack.environment import ROOT
from stack.showing import Bar, show_rejects, show_totals, show_verdicts

NONE = dict.fromkeys(("created", "updated", "unchanged", "duplicate", "rejected", "retracted", "skipped"), 0)
ADDS_UP = {
    "account": "40702810900000000001",
    "turnover": "adds_up",
    "closing": "adds_up",
    "in_stated": "1200.00",
    "in_found": "1200.00",
    "out_stated": "0.00",
    "out_found": "0.00",
    "closing_stated": None,
}


def task(status: str = "completed", **counts: int) -> dict[str, Any]:
    progress = {"processed": sum(counts.values()), "rows_per_second": 1234.5}
    return {"status": status, "counts": NONE | counts, "error": None, "progress": progress}


def test_what_adds_up_is_well() -> None:
    judge(task(created=5), [ADDS_UP], 5, 0)
    judge(task(created=3, rejected=2), [ADDS_UP | {"turnover": "unproven"}], 5, 2)


@pytest.mark.parametrize(
    ("ended", "totals", "says"),
    [
        (task("failed", created=5), [ADDS_UP], "ended as failed"),
        (task(created=4), [ADDS_UP], "4 were accounted for"),
        (task(created=4, rejected=1), [ADDS_UP], "1 rejected"),
        (task(created=5), [ADDS_UP | {"closing": "differs"}], "do not add up: adds_up, differs"),
        (task(created=5), [], "none found"),
    ],
)
def test_what_does_not_is_said(ended: dict[str, Any], totals: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(DoesNotAddUp, match=says):
        judge(ended, totals, 5, 0)


def test_seven_different_rows_are_spoilt() -> None:
    assert len(set(PLANTED)) == 7


def test_the_figures_are_shown() -> None:
    console = Console(file=io.StringIO(), width=80)
    with Bar(console, 5) as bar:
        bar.show(task("running", created=2))
    show_verdicts(console, task(created=4, rejected=1), 5, 1.23)
    show_totals(console, [ADDS_UP])
    show_rejects(console, [{"row_no": 1041, "message": "there is no such day"}])
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "5 documents in, 5 accounted for in 1.2 s: 4 created, 1 rejected" in shown
    assert "40702810900000000001  in       1,200.00  1,200.00  adds up" in shown
    assert "row 1,041: there is no such day" in shown


@pytest.mark.system
@pytest.mark.timeout(400)
def test_one_command_imports_five_thousand_documents_and_leaves_nothing_running(tmp_path: Path) -> None:
    home = tmp_path / "home"
    given = {name: value for name, value in os.environ.items() if not name.startswith("TIDEMARK_")}
    done = subprocess.run(
        [sys.executable, "-m", "stack.main", "demo", "--once"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=given | {"TIDEMARK_HOME": str(home)},
        timeout=390,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5,000 documents in, 5,000 accounted for" in done.stdout
    assert f"The data stays in {home}" in done.stdout
    assert (home / "credentials.json").exists()
    left = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in left if command and any(str(home) in part for part in command)]
