"""The error file: exactly the rejected rows, safe in a spreadsheet, and back again without a difference."""

import contextlib
import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import MalformedRow, UnsupportedFormat
from jobs.formats.error_file import CsvSheet, Ref, Rejected, Spool, changed, opened, safe
from jobs.formats.error_file.cells import column, field_of, undone
from tests.formats.sheets import changed as parts_of
from tests.formats.sheets import sheet_of_texts

Row = dict[str, Any]
TASK = "01990000-0000-7000-8000-000000000001"
# What a database holds: no NUL, no half of a pair.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
names = texts.filter(lambda name: bool(name.strip()) and not name.startswith("_"))
values = texts | st.integers(-(2**63), 2**63 - 1) | st.none() | st.booleans() | st.lists(texts, max_size=2)
rows = st.dictionaries(names, values, max_size=6)


def rejected(row_no: int, raw: Row, **changes: Any) -> Rejected:
    known = {"field": "Сумма", "value": "", "code": "amount_missing", "reason": "the amount is missing"}
    return Rejected(Ref(TASK, 1, row_no, 0), raw, **{**known, **changes})


def spooled(found: list[Rejected]) -> Spool:
    spool = Spool(io.BytesIO())
    spool.add(found)
    return spool


def written(found: list[Rejected], separator: str = ",") -> bytes:
    spool, sheet = spooled(found), CsvSheet(separator)
    for cells in [spool.columns(), *spool.rows()]:
        sheet.add(cells)
    return sheet.taken()


def sheet(found: list[Rejected], separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(found, separator).decode("utf-8-sig")), delimiter=separator))


def read(content: bytes) -> list[tuple[Ref | None, dict[str, str]]]:
    return [(row.ref, dict(row.cells)) for row in opened(io.BytesIO(content)).rows]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1", "\r=1", "  =1", "＝1", "|x", "%0a", "'=1", "''-x"],
)
def test_what_looks_like_a_formula_is_no_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["0017", "40702810500000000001", "12E5"])
def test_what_a_spreadsheet_would_spoil_is_a_text_to_it(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5,00", "-1 234.50", "+10", "+7 912", "ООО =", "12:30", "", "0,5", "'tis"])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@given(texts)
def test_no_cell_begins_with_what_a_spreadsheet_runs_and_each_can_be_undone(text: str) -> None:
    cell = safe(text)
    figures = set("0123456789., \u00a0+-")
    assert cell.lstrip()[:1] not in {"=", "@"}
    assert cell.lstrip()[:1] not in {"+", "-"} or set(cell) <= figures
    assert undone(cell) == text


@given(st.dictionaries(names | st.sampled_from(["ref", "ref_", "code", "code__"]), st.none()))
def test_no_column_is_another_field_s_or_one_of_ours(fields: Row) -> None:
    columns = [column(name) for name in fields]
    assert len({*columns, "ref", "code"}) == len(columns) + 2
    assert [field_of(name) for name in columns] == list(fields)


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.sampled_from(",;"))
def test_what_nobody_has_touched_is_no_difference(found: list[Row], separator: str) -> None:
    content = written([rejected(number, raw) for number, raw in enumerate(found, 1)], separator)
    back = read(content)
    assert [ref for ref, _ in back] == [Ref(TASK, 1, number, 0) for number, _ in enumerate(found, 1)]
    assert [changed(raw, cells, None) for raw, (_, cells) in zip(found, back, strict=True)] == [{}] * len(
        found
    )


@settings(deadline=None)
@given(rows, names, texts, texts)
def test_what_somebody_writes_into_a_cell_comes_back_as_it_is(
    raw: Row, name: str, old: str, new: str
) -> None:
    raw = raw | {name: old}
    [head, cells] = sheet([rejected(1, raw)])
    cells[[undone(one) for one in head].index(column(name))] = safe(new)
    into = io.StringIO()
    csv.writer(into).writerows([head, cells])
    [(_, back)] = read(into.getvalue().encode())
    with contextlib.suppress(Spoiled):
        found = _changed(raw, back, name)
        blanked = new if new.strip() else ""
        assert found == ({} if new == old or not (blanked or old.strip()) else {name: blanked})


class Spoiled(Exception):
    """The new value looks like the old one after a spreadsheet: told, not taken."""


def _changed(raw: Row, cells: dict[str, str], fault: str) -> Row:
    try:
        return changed(raw, cells, fault)
    except MalformedRow as error:
        raise Spoiled from error


def test_rows_have_their_own_columns_and_why_they_are_there() -> None:
    found = sheet([rejected(41, {"Номер": "17", "Сумма": ""}), rejected(99, {"Номер": "18", "Код": "0"})])
    assert found[0] == ["row_no", "field", "value", "code", "reason", "ref", "Номер", "Сумма", "Код"]
    assert found[1] == [
        "41", "Сумма", "", "amount_missing", "the amount is missing", f"{TASK}/1/41/0", "17", "", ""
    ]  # fmt: skip
    assert found[2][-3:] == ["18", "", "0"]


def test_our_own_marks_are_no_columns_and_names_do_not_clash() -> None:
    [head, row] = sheet([rejected(1, {"_defect": "nul_byte", "field": "x", "Номер": "1"})])
    assert head[-3:] == ["Номер", "Сумма", "field_"]
    assert row[-3:] == ["1", "", "x"]


def test_what_is_missing_has_a_cell_to_be_written_into() -> None:
    assert sheet([rejected(1, {"name": "Гайка"}, field="price")])[0][-2:] == ["name", "price"]


def test_what_is_no_text_is_json_and_stays_of_its_sort() -> None:
    before = {"Расшифровка": [{"Сумма": 1}], "n": 5, "yes": True}
    assert sheet([rejected(1, before)])[1][-3:] == ["5", "true", '[{"Сумма":1}]']
    assert changed(before, {"Расшифровка": "[]", "n": "6.5"}, None) == {"Расшифровка": [], "n": 6.5}
    for cells in ({"n": '"6"'}, {"n": "true"}, {"yes": "1"}, {"Расшифровка": "{}"}, {"n": "шесть"}):
        with pytest.raises(MalformedRow, match="cell_not_json"):
            changed(before, cells, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [("12,30", "12,3"), ("1 234.50", "1234,5"), ("2025-03-03", "03.03.2025"), ("3.03.2025", "03.03.2025")],
)
def test_a_number_or_a_day_that_is_written_otherwise_counts_only_in_the_field_at_fault(
    old: str, new: str
) -> None:
    assert changed({"a": old}, {"a": new}, None) == {}
    assert changed({"a": old}, {"a": new}, "a") == {"a": new}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("40702810500000000001", "4,07028E+19"),
        ("40702810500000000001", "40702810500000000000"),
        ("0017", "17"),
        ("123456789012", "1.23457E+11"),
    ],
)
def test_failing_what_a_spreadsheet_has_spoiled_is_no_correction(old: str, new: str) -> None:
    with pytest.raises(MalformedRow, match="cell_spoiled"):
        changed({"a": old}, {"a": new}, "a")


@pytest.mark.parametrize(
    ("old", "new"), [("31.02.2025", "28.02.2025"), ("2025-99-99", "2025-09-09"), ("17", "18")]
)
def test_another_value_is_a_difference(old: str, new: str) -> None:
    assert changed({"a": old}, {"a": new}, None) == {"a": new}


def test_a_code_page_that_does_not_hold_a_sign_has_changed_nothing() -> None:
    raw = {"Назначение": "Оплата 5 ₽ =", "Сумма": "1"}
    content = written([rejected(1, raw)], ";").decode("utf-8-sig").replace(";1;", ";2;")
    file = opened(io.BytesIO(content.encode("cp1251", "replace")))
    assert file.page == "cp1251"
    assert [changed(raw, row.cells, None, file.page) for row in file.rows] == [{"Сумма": "2"}]
    assert changed(raw, {"Назначение": "Оплата"}, None, "cp1251") == {"Назначение": "Оплата"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Номер;Сумма\r\n1;2\r\n", "error_file_unknown"),
        ("row_no,field,Номер\r\n1,2,3\r\n", "error_file_unknown"),
        ("row_no,ref,a,a\r\n", "error_file_column_twice"),
        ('"' + "x" * 200_000 + "\r\n", "error_file_unknown"),
        (";;;\r\n", "error_file_unknown"),
        ("", "file_empty"),
    ],
)
def test_failing_a_file_that_is_none_of_ours(content: str, code: str) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        opened(io.BytesIO(content.encode()))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("row_no", "ref"),
    [("2", f"{TASK}/1/1/0"), ("1", ""), ("1", "x/1/1/0"), ("1", f"{TASK}/1/1"), ("1", f"{TASK}/1/x/1/0")],
)
def test_failing_a_row_whose_number_was_touched(row_no: str, ref: str) -> None:
    [row] = opened(io.BytesIO(f"row_no,ref,a\r\n{row_no},{ref},b\r\n".encode())).rows
    assert (row.line, row.row_no, row.ref) == (2, row_no, None)


def test_columns_may_be_moved_and_empty_ones_may_follow() -> None:
    content = f"a;ref;row_no;;\r\nb;{TASK}/1/1/0;1;;\r\n;;;;\r\n".encode()
    assert read(content) == [(Ref(TASK, 1, 1, 0), {"a": "b"})]


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3))
def test_a_workbook_of_texts_is_read_as_the_csv_is(found: list[Row]) -> None:
    spool = spooled([rejected(number, raw) for number, raw in enumerate(found, 1)])
    back = read(sheet_of_texts([spool.columns(), *spool.rows()]))
    told = [changed(raw, cells, None) for raw, (_, cells) in zip(found, back, strict=True)]
    assert told == [{}] * len(found)


def test_a_number_of_more_than_64_bits_is_written_as_it_is() -> None:
    [(_, cells)] = read(written([rejected(1, {"Остаток": 10**22})]))
    assert changed({"Остаток": 10**22}, cells, None) == {}


def test_failing_a_workbook_that_is_none_of_ours() -> None:
    with pytest.raises(UnsupportedFormat, match="error_file_unknown"):
        opened(io.BytesIO(sheet_of_texts([["Номер", "Сумма"]])))


def test_failing_a_workbook_that_shows_no_sheet() -> None:
    with pytest.raises(UnsupportedFormat, match="error_file_unknown"):
        opened(io.BytesIO(parts_of(sheet_of_texts([["row_no", "ref"]]), workbook=_hidden)))


def _hidden(part: bytes) -> bytes:
    return part.replace(b"<sheet ", b'<sheet state="hidden" ')


def test_a_cell_that_holds_only_a_beginning_is_no_difference_and_cannot_be_corrected() -> None:
    raw = {"a": "=" + "x" * 40_000}
    [(_, cells)] = read(written([rejected(1, raw)]))
    assert len(cells["a"]) == 32_001
    assert changed(raw, cells, "a") == {}
    with pytest.raises(MalformedRow, match="cell_cut"):
        changed(raw, {"a": "short"}, "a")


def test_a_row_without_a_field_at_fault_needs_no_more_columns_than_its_own() -> None:
    assert sheet([rejected(1, {"name": "Гайка"}, field=None)])[0][-2:] == ["ref", "name"]
