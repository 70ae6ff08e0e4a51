"""Rows by the headings that their file has, and what a person says by them as fields again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MalformedRow
from jobs.contractors.layouts import CONTRACTORS
from jobs.formats.tables.headings import Headings
from jobs.formats.tables.mapping import Column, Found
from jobs.prices.layouts import STOCK
from tests.formats.sheets import read, table

Row = dict[str, Any]
LINES = (
    "Склад: Дальний",
    "Товар;Артикул;Цена, руб.;Остаток, Главный;Остаток, Розница",
    "Болт;А-1;1,5;7;8",
)
fields = st.sampled_from([field.name for field in STOCK.fields])
headers = st.text(max_size=6) | st.sampled_from(["Код", "Склад", "Артикул", "_x", "#row", "number", "A"])


def columns_of(found: dict[str, list[tuple[int, str, str]]]) -> Found:
    columns = {name: tuple(Column(*one) for one in many) for name, many in found.items()}
    return Found("csv", "", (1,), columns)


def test_success_a_row_is_shown_as_its_sheet_has_it() -> None:
    found, rows, _ = read(table(*LINES), STOCK)
    headings = Headings.of(STOCK, found)
    assert headings.columns == ["Товар", "Артикул", "Цена, руб."]
    assert headings.shown(rows[1]) == {
        "Товар": "Болт",
        "Артикул": "А-1",
        "Цена, руб.": "1,5",
        "Остаток, Розница": "8",
        "Склад": "Дальний",
        "Валюта": "RUB",
    }
    assert headings.name("quantity", rows[0]) == "Остаток, Главный"
    assert headings.name(None) is None


def test_success_what_is_said_by_headings_or_fields_is_understood() -> None:
    found, rows, _ = read(table(*LINES), STOCK)
    headings = Headings.of(STOCK, found)
    said = {
        "Артикул": "А-2",
        "Остаток, Розница": "9",
        "Ед. изм.": "шт",
        "Остаток, Главный": "",
        "vendor": "В",
    }
    meant = {"number": "А-2", "quantity": "9", "unit": "шт", "vendor": "В"}
    assert headings.meant(said, rows[1]) == meant
    with pytest.raises(MalformedRow, match="correction_other_warehouse"):
        headings.meant({"Остаток, Главный": "1"}, rows[1])


def test_a_file_without_columns_has_the_names_that_people_know() -> None:
    headings = Headings.of(CONTRACTORS)
    assert headings.shown({"inn": "77", "name": "А"}) == {"Наименование": "А", "ИНН": "77"}
    offers = Headings.of(STOCK)
    row = {"code": "1", "#warehouse": "Дальний", "quantity": "5"}
    assert offers.shown(row) == {"Код": "1", "Склад": "Дальний", "Количество": "5"}
    assert offers.meant({"Склад": "Ближний"}, row) == {"warehouse": "Ближний"}
    assert offers.shown(row | {"warehouse": "Ближний"})["Склад"] == "Ближний"


def test_english_files_are_answered_in_english() -> None:
    headings = Headings.of(STOCK, columns_of({"number": [(0, "Part No", "")]}))
    assert (headings.name("number"), headings.name("warehouse")) == ("Part No", "Warehouse")


def test_what_has_names_of_its_own_already_keeps_them() -> None:
    row = {"Номер": "1", "inn": "2", "#row": 3}
    assert (Headings().shown(row), Headings().meant(row, row), Headings().name("x")) == (row, row, "x")


@given(
    st.dictionaries(
        fields, st.lists(st.tuples(st.integers(0, 40), headers, st.just("")), min_size=1, max_size=1)
    ),
    st.lists(st.tuples(st.integers(50, 60), headers, st.sampled_from("АБВ")), max_size=3),
    st.dictionaries(fields, st.text(min_size=1)),
)
def test_whatever_columns_are_called_a_row_comes_back(
    singles: dict[str, list[tuple[int, str, str]]], many: list[tuple[int, str, str]], row: Row
) -> None:
    found = columns_of(singles | ({"quantity": many} if many else {}))
    headings = Headings.of(STOCK, found)
    full: Row = row | {"#row": 7} | ({"#warehouse": many[0][2]} if many else {})
    shown = headings.shown(full)
    assert len(shown) == len(row)
    assert headings.meant(shown, full) == row
    assert not [name for name in shown if name.startswith(("_", "#"))]
