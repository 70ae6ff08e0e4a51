"""What is said to be typed next can be pasted, and does what it says."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.commands import import_of, line
from cli.headers import likely_row, teaching
from jobs.formats.client_bank import generate
from tests.cli.running import tidemark

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
PARAMS: dict[str, Any] = {
    "file_name": "Остатки и цены.xlsx",
    "template": "Склад А",
    "sheet": "Лист1",
    "header_row": 4,
    "mapping": {"number": "C", "unit_cost": "Цена закупки", "vendor": ""},
    "warehouse": "Главный",
    "currency": "RUB",
    "demo": False,
    "batch_size": 50,
}


def task(kind: str = "stock_import", **params: Any) -> dict[str, Any]:
    return {"id": "7", "kind": kind, "params": params}


@given(st.lists(words))
def test_a_shell_takes_it_as_it_was_meant(arguments: list[str]) -> None:
    assert shlex.split(line(*arguments)) == ["tidemark", *arguments]


def test_it_begins_as_the_command_that_says_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_CALLED_AS", "./tidemark")
    assert line("tasks") == "./tidemark tasks"
    monkeypatch.setenv("TIDEMARK_CALLED_AS", "/home/a b/tidemark")
    assert shlex.split(line("tasks")) == ["/home/a b/tidemark", "tasks"]


def test_a_file_is_loaded_as_its_task_had_it() -> None:
    assert import_of(task(**PARAMS)).line("--follow") == (
        "tidemark import 'Остатки и цены.xlsx' --kind stock --template 'Склад А' --sheet Лист1 --header-row 4"
        " --batch-size 50 --mapping number=C --mapping 'unit_cost=Цена закупки' --mapping vendor="
        " --param warehouse=Главный --follow"
    )
    statement = task("bank_transactions", control_totals="must_match", auto_classify=False, demo=False)
    assert import_of(statement).line() == (
        "tidemark import FILE --kind bank-transactions --control-totals must_match --no-classify"
    )
    assert import_of(task(file_name="-x.csv")).line() == "tidemark import ./-x.csv --kind stock"


def test_what_is_taught_are_the_fields_that_are_needed_below_the_likely_row() -> None:
    first = [{"row": 1, "cells": ["Отчет", ""]}, {"row": 3, "cells": ["Что", "Сколько"]}]
    fields = {"number": True, "quantity": True, "name": False}
    wanted = [{"field": name, "required": needed, "names": []} for name, needed in fields.items()]
    found = {"first_rows": first, "wanted": wanted}
    assert likely_row({"first_rows": []}) == 1
    assert teaching(found, import_of(task(file_name="a.csv"))) == (
        "tidemark import a.csv --kind stock --header-row 3 --mapping number=COLUMN --mapping quantity=COLUMN"
        " --follow"
    )
    said = task(file_name="a.csv", header_row=1, mapping={"number": "A"})
    assert teaching(found, import_of(said)) == (
        "tidemark import a.csv --kind stock --header-row 1 --mapping number=A --mapping quantity=COLUMN"
        " --follow"
    )


def test_what_a_dry_run_was_told_is_in_the_command_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "моя выписка.txt"
    path.write_bytes(b"".join(generate(5)))
    said: tuple[object, ...] = ("--batch-size", 50, "--no-classify", "--force")
    said += ("--control-totals", "must_match", "--param", "demo=true")
    result = tidemark("import", path, "--dry-run", "--idempotency-key", "k", *said)
    assert result.exit_code == 0, result.output
    pasted = shlex.split(result.stdout.split("To load it: ")[1])
    assert pasted[:5] == ["tidemark", "import", str(path), "--kind", "bank-transactions"]
    assert sorted(pasted[5:]) == sorted(["--follow", *map(str, said)])
