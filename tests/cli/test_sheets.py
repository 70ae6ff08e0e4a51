"""Rejected rows as a sheet: exactly those rows, safe to be opened by a spreadsheet."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.sheets import delimiter, opened, safe, write_rejects

Row = dict[str, Any]


def rejected(row_no: int, raw: Row, **changes: Any) -> Row:
    known = {"field": "Сумма", "value": "", "code": "amount_missing", "message": "the amount is missing"}
    return {"row_no": row_no, "raw": raw, **known, **changes}


def sheet(rows: list[Row], separator: str = ",") -> list[list[str]]:
    into = io.StringIO()
    assert write_rejects(rows, into, separator) == len(rows)
    return list(csv.reader(io.StringIO(into.getvalue()), delimiter=separator))


@pytest.mark.parametrize(
    "text", ["=1+1", "+7 912", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1", "\r=1", "  =1", "＝1", "|x", "%0a"]
)
def test_what_looks_like_a_formula_is_no_formula(text: str) -> None:
    assert safe(text)[0] == "'" or text == "+7 912"


@pytest.mark.parametrize("text", ["-5,00", "-1 234.50", "+10", "ООО =", "12:30", ""])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@given(st.text())
def test_no_cell_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    cell = safe(text)
    figures = set("0123456789., \u00a0+-")
    assert cell.lstrip()[:1] not in {"=", "@"}
    assert cell.lstrip()[:1] not in {"+", "-"} or set(cell) <= figures
    assert "\0" not in cell


def test_rows_have_their_own_columns_and_why_they_are_there() -> None:
    found = sheet([rejected(41, {"Номер": "17", "Сумма": ""}), rejected(99, {"Номер": "18", "Код": "0"})])
    assert found[0] == ["row_no", "field", "value", "code", "reason", "Номер", "Сумма", "Код"]
    assert found[1] == ["41", "Сумма", "", "amount_missing", "the amount is missing", "17", "", ""]
    assert found[2][-3:] == ["18", "", "0"]


def test_our_own_marks_are_no_columns_and_names_do_not_clash() -> None:
    [names, row] = sheet([rejected(1, {"_defect": "nul_byte", "field": "x", "Номер": "1"})])
    assert names == ["row_no", "field", "value", "code", "reason", "Номер", "field_"]
    assert row[-2:] == ["1", "x"]


def test_values_with_separators_quotes_and_lines_come_back_whole() -> None:
    awkward = 'a;b,"c"\nd'
    assert sheet([rejected(1, {"Назначение": awkward})], ";")[1][-1] == awkward


def test_what_is_no_text_is_written_as_json() -> None:
    assert sheet([rejected(1, {"Расшифровка": [{"Сумма": 1}]})])[1][-1] == '[{"Сумма": 1}]'


def test_russian_excel_splits_by_semicolons() -> None:
    assert (delimiter("ru"), delimiter("en")) == (";", ",")


def test_a_file_begins_with_a_bom_and_is_replaced_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with opened(path, sys.stdout) as into:
        into.write("Номер")
        assert path.read_text() == "before"
    assert path.read_bytes() == "\ufeffНомер".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_failed_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), opened(path, sys.stdout) as into:
        into.write(str(1 / 0))
    assert path.read_text() == "before"
