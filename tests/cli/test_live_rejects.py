"""Rejected rows on the command line: why, out as a file, corrected, and back."""

import csv
import json
from pathlib import Path

import pytest

from jobs.formats.client_bank import generate
from tests.cli.installation import Installed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

BAD = ("amount_missing", "date_impossible", "date_impossible")


@pytest.fixture
def task_id(live: Installed, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An import of 300 documents, three of them rejected."""
    path = tmp_path / "kl_to_1c.txt"
    path.write_bytes(b"".join(generate(300, seed=sum(map(ord, request.node.name)), bad=BAD)))
    assert live.run("import", path, "--follow").exit_code == 1
    return str(json.loads(live.run("tasks", "--limit", "1", "--json").stdout)[0]["id"])


def test_groups_say_why_and_how_often(live: Installed, task_id: str) -> None:
    said = live.run("rejects", task_id, "--groups")
    assert said.exit_code == 0, said.output
    [first, second] = said.stdout.splitlines()[1:3]
    assert first.split()[0] == "2"
    assert "there is no such day" in first
    assert second.split()[0] == "1"
    assert "такого дня не бывает" in live.run("rejects", task_id, "--groups", "--lang", "ru").stdout


def test_a_file_of_them_is_corrected_and_taken_once(live: Installed, task_id: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    said = live.run("rejects", task_id, path)
    assert "3 rejected rows written" in said.stderr
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    for row in rows:
        if row["code"] == "date_impossible":
            row[row["field"]] = "28.02.2025"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    tried = live.run("correct", task_id, path, "--dry-run")
    assert (tried.exit_code, "2 of them differ" in tried.stdout) == (0, True), tried.output
    done = live.run("correct", task_id, path)
    assert (done.exit_code, "rows of 3 corrected" in done.stdout) == (0, True), done.output
    again = live.run("correct", task_id, path)
    assert (again.exit_code, "No row of the file differs" in again.stdout) == (0, True)


def test_a_workbook_that_nobody_has_touched_changes_nothing(
    live: Installed, task_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.xlsx"
    assert live.run("rejects", task_id, path).exit_code == 0
    assert path.read_bytes().startswith(b"PK")
    assert "No row of the file differs" in live.run("correct", task_id, path).stdout


def test_failing_a_file_that_cannot_be_taken_names_its_rows(
    live: Installed, task_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    live.run("rejects", task_id, path)
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, lines[1]]), "utf-8")
    row_no = lines[1].split(",")[0]
    tried = live.run("correct", task_id, path, "--dry-run")
    assert (tried.exit_code, "is in the file twice" in tried.stdout) == (2, True), tried.output
    refused = live.run("correct", task_id, path)
    assert refused.exit_code == 2
    assert "is in the file twice" in refused.stdout
    assert refused.stdout.splitlines()[1].split()[0] == row_no
    assert str(path) in refused.stderr
    assert live.run("correct", task_id, tmp_path / "nothing.csv").exit_code == 2
    path.write_text("\n".join([lines[0], lines[1].replace(row_no, "x", 1)]), "utf-8")
    refused = live.run("correct", task_id, path)
    assert refused.exit_code == 2
    assert refused.stdout.splitlines()[1].startswith("line 2 of the file")


def test_failing_what_is_written_into_value_is_told_where_it_belongs(
    live: Installed, task_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    live.run("rejects", task_id, path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    wrong = next(row for row in rows if row["code"] == "date_impossible")
    wrong["value"] = "28.02.2025"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    refused = live.run("correct", task_id, path)
    assert refused.exit_code == 2, refused.output
    assert f"in the row's own column {wrong['field']}" in " ".join(refused.stdout.split())
    assert live.run("correct", task_id, path, "--dry-run").exit_code == 2


@pytest.mark.parametrize("name", ["rows.ods", "rows.xls", "rows"])
def test_failing_the_error_file_has_a_form_that_there_is(
    live: Installed, task_id: str, tmp_path: Path, name: str
) -> None:
    refused = live.run("rejects", task_id, tmp_path / name)
    assert refused.exit_code == 2
    assert ".xlsx or .csv" in refused.stderr
    assert not (tmp_path / name).exists()


def test_failing_an_outdated_file_is_told_to_be_exported_again(
    live: Installed, task_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    live.run("rejects", task_id, path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    for number in ("Ч-1", "Ч-2"):
        rows[0]["Номер"] = number
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        last = live.run("correct", task_id, path)
    assert last.exit_code == 2, last.output
    assert "export the rejected rows again" in " ".join(last.stdout.split())
    assert f"tidemark rejects {task_id} {tmp_path}/rows-now.csv" in last.stdout
    assert live.run("correct", task_id, path, "--dry-run").exit_code == 2
