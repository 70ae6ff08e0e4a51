"""What is advised fits what a task came to."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from cli.api import Api
from cli.commands import import_of
from cli.next_steps import next_steps
from cli.screen import Screen

Json = dict[str, Any]
REPLAY = "tidemark replay 7 --scope rejected --follow"


class Groups:
    """Of the API what is asked: for which codes rows were rejected."""

    def __init__(self, *codes: str, field: str | None = None) -> None:
        self._codes = codes
        self._field = field

    def items(self, path: str) -> Iterator[Json]:
        assert path == "/tasks/7/rejects/groups"
        return iter({"code": code, "field": self._field} for code in self._codes)


def advised(capsys: pytest.CaptureFixture[str], *codes: str, dry_run: bool = False) -> str:
    task = {
        "id": "7",
        "kind": "bank_transactions",
        "status": "completed",
        "outcome": "partial" if codes else "clean",
        "counts": {"created": 1, "rejected": len(codes)},
        "dry_run": dry_run,
        "error": None,
        "params": {"file_name": "выписка.txt"},
    }
    next_steps(Screen("en"), cast(Api, Groups(*codes)), task, import_of(task), None)
    return capsys.readouterr().out


def test_rows_that_cannot_be_read_are_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    said = advised(capsys, "date_impossible")
    assert "correct them there" in said
    assert "closed" not in said
    assert advised(capsys) == ""


def test_rows_of_the_closed_period_are_no_cells_to_be_mended(capsys: pytest.CaptureFixture[str]) -> None:
    said = advised(capsys, "period_closed")
    assert f"TIDEMARK_USER=admin {REPLAY} --closed-period-reason WHY" in said
    assert "TIDEMARK_USER=admin tidemark closed-period set DAY --reason WHY" in said
    assert "correct" not in said


def test_of_both_both_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = advised(capsys, "date_impossible", "period_closed")
    assert "correct them there" in said
    assert "--closed-period-reason WHY" in said


def test_a_dry_run_says_what_would_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    command = "tidemark import выписка.txt --kind bank-transactions --follow"
    said = advised(capsys, "period_closed", dry_run=True)
    assert f"To load it: {command}. What is booked in the closed period is left out" in said
    assert f"TIDEMARK_USER=admin {command} --closed-period-reason WHY" in said
    assert "can be corrected" in advised(capsys, "date_impossible", dry_run=True)


def after(capsys: pytest.CaptureFixture[str], error: str, *, dry_run: bool = False) -> str:
    failed: Json = {"id": "7", "kind": "stock_import", "status": "failed", "outcome": None, "counts": {}}
    task = failed | {"dry_run": dry_run, "error": {"type": error}, "params": {"file_name": "a.xlsx"}}
    next_steps(Screen("en"), cast(Api, Groups()), task, import_of(task), None)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "error", ["xlsx_damaged", "sheet_unknown", "table_other_format", "mapping_field_unknown"]
)
def test_a_file_that_cannot_be_read_is_imported_again_and_not_replayed(
    error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = after(capsys, error)
    assert "import it again: tidemark import a.xlsx --kind stock --follow" in said
    assert "tidemark replay" not in said
    checked = after(capsys, error, dry_run=True)
    assert "tidemark import a.xlsx --kind stock --dry-run --server" in checked
    assert "tidemark replay" not in checked


def test_what_failed_around_the_file_is_replayed_unless_it_was_a_check(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "tidemark replay 7 goes on" in after(capsys, "upload_missing")
    assert "replay" not in after(capsys, "upload_missing", dry_run=True)


@pytest.mark.parametrize(
    ("dry_run", "created", "command"),
    [
        (True, 0, "To load it: {} --follow"),
        (False, 0, "the file does not say: {} --follow"),
        (False, 3, "the file does not say: {} --force --follow"),
    ],
)
def test_a_value_that_the_file_does_not_say_is_said_by_a_parameter(
    dry_run: bool, created: int, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"created": created, "rejected": 300}
    task: Json = {"id": "7", "kind": "stock_import", "status": "completed", "outcome": "partial"}
    task |= {"counts": counts, "dry_run": dry_run, "error": None, "params": {"file_name": "a.xlsx"}}
    api = cast(Api, Groups("value_missing", field="Склад"))
    next_steps(Screen("en"), api, task, import_of(task), None)
    said = " ".join(capsys.readouterr().out.split())
    assert command.format("tidemark import a.xlsx --kind stock --param warehouse=VALUE") in said
    assert "in place of VALUE what the file does not say: warehouse" in said


@pytest.mark.parametrize(("field", "said"), [("Остаток", {}), ("Склад", {"warehouse": "А"})])
def test_what_no_parameter_would_give_is_not_advised(
    field: str, said: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    task: Json = {"id": "7", "kind": "stock_import", "status": "completed", "outcome": "partial"}
    task |= {"counts": {"rejected": 3}, "dry_run": False, "error": None, "params": {"file_name": "a", **said}}
    next_steps(Screen("en"), cast(Api, Groups("value_missing", field=field)), task, import_of(task), None)
    assert "VALUE" not in capsys.readouterr().out
