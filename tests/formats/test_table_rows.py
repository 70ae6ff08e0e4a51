"""Rows of a table: groups and their sums left out, numbers and codes as they were meant."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.tables.guessing import decimal_of, ungrouped
from jobs.prices.layouts import COMPONENTS, QUOTES, STOCK
from jobs.prices.reading import decimal
from tests.formats.sheets import Rows, read, table, workbook

HEADER = ["Код", "Наименование", "Ед. изм.", "Количество"]


def numbers(content: bytes, **said: Any) -> tuple[list[str], int]:
    _, rows, groups = read(content, STOCK, **said)
    return [row.get("code", "") for row in rows], groups


def test_a_group_has_no_part_number_and_says_nothing_but_sums() -> None:
    rows: Rows = [
        HEADER,
        ["", "Крепёж", "", 15],
        ["К-1", "Болт", "шт", 10],
        ["", "Гайка без кода", "шт", 5],
        [" ", "Прочее", None, " "],
        ["Итого:", "", "", 15],
        ["ВСЕГО", "", "", 15],
    ]
    codes, groups = numbers(workbook(rows))
    assert codes == ["К-1", ""], "what has a unit is no group: it is rejected by name"
    assert groups == 4


def test_a_group_with_a_code_is_told_by_what_stands_deeper_below_it() -> None:
    rows: Rows = [
        HEADER,
        ["Г-1", "Крепёж", "", 15],
        ["Г-2", "Метрический", "", 15],
        ["К-1", "Болт", "шт", 10],
        ["К-2", "Гайка", "", 5],
        ["Г-3", "Пустая", "", 0],
        ["К-3", "Шайба", "шт", 1],
    ]
    codes, groups = numbers(workbook(rows, levels={2: 1, 3: 2, 4: 2, 6: 1}))
    assert (codes, groups) == (["К-1", "К-2", "К-3"], 3)


def test_a_row_that_says_all_an_item_says_is_none_whatever_stands_below() -> None:
    rows: Rows = [HEADER, ["К-1", "Болт", "шт", 10], ["К-2", "Гайка", "шт", 5]]
    assert numbers(workbook(rows, levels={2: 1})) == (["К-1", "К-2"], 0)


def test_indentation_tells_groups_where_there_is_no_outline() -> None:
    rows: Rows = [
        ["Наименование", "Код", "Количество"],
        ["Крепёж", "Г-1", 15],
        ["Болт", "К-1", 10],
        ["Гайка", "К-2", 5],
    ]
    indents = {(2, 0): {"indent": 1}, (3, 0): {"indent": 1}}
    assert numbers(workbook(rows, formats=indents)) == (["К-1", "К-2"], 1)
    text = table("Наименование;Код;Количество", "Крепёж;Г-1;15", "  Болт;К-1;10", "  Гайка;К-2;5")
    assert numbers(text) == (["К-1", "К-2"], 1)


def test_numbers_that_are_only_aligned_are_no_indentation() -> None:
    assert numbers(table("Код;Количество", "  9;1", " 10;2", "100;3"))[1] == 0


def test_codes_keep_their_zeros() -> None:
    rows: Rows = [HEADER, ["00-00017", "текст", "шт", 1], [17, "формат", "шт", 2], [1e15, "число", "шт", 3]]
    codes, _ = numbers(workbook(rows, formats={(2, 0): {"num_format": "00000"}}))
    assert codes == ["00-00017", "00017", "1000000000000000"]
    assert numbers(table("Код;Количество", '="0017";5', "0018;6")) == (["0017", "0018"], 0)


def test_dates_are_days_and_numbers_are_as_excel_shows_them() -> None:
    rows: Rows = [
        ["Артикул", "Цена", "Дата"],
        ["1", 0.1 + 0.2, 45719],
        ["2", "0,37", "03.03.2025"],
        ["3", 1e-7, 45719.5],
    ]
    day = {"num_format": "dd.mm.yyyy"}
    _, found, _ = read(workbook(rows, formats={(1, 2): day, (3, 2): day}), QUOTES)
    assert [(row["price"], row["date"]) for row in found] == [
        ("0.3", "2025-03-03"),
        ("0,37", "03.03.2025"),
        ("0.0000001", "2025-03-03 12:00:00"),
    ]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234", "5.5"], ["1234", "5.5"]),
        (["1.234", "5,5"], ["1234", "5.5"]),
        (["1,234", "1,234,567"], ["1234", "1234567"]),
        (["1,234", "5"], ["1.234", "5"]),
        (["1,234", "1,5", "1.5"], ["1.234", "1.5", "1.5"]),
        (["1 234,5", "1.234"], ["1234.5", "1234"]),
        (["0,500", "3.20"], ["0.5", "3.2"]),
        (["0.500", "12,50", "0.005"], ["0.5", "12.5", "0.005"]),
        (["0,500", "1,234"], ["0.5", "1.234"]),
    ],
)
def test_the_decimal_sign_of_a_csv_is_proven_by_its_numbers(cells: list[str], values: list[str]) -> None:
    content = table("Артикул;Остаток", *[f"А-{no};{cell}" for no, cell in enumerate(cells)])
    _, rows, _ = read(content, STOCK)
    assert [str(decimal(row, "quantity").normalize().__format__("f")) for row in rows] == values  # type: ignore[union-attr]


def test_the_decimal_sign_can_be_said() -> None:
    content = table("Артикул;Остаток", "А-1;1,234")
    assert read(content, STOCK, decimal=".")[1][0]["quantity"] == "1234"
    assert read(content, STOCK)[1][0]["quantity"] == "1,234"


amounts = st.decimals("0", "99999999", places=2)


@given(st.lists(amounts, min_size=1), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\u00a0", ".")]))
def test_numbers_are_read_as_they_were_grouped(values: list[Any], signs: tuple[str, str]) -> None:
    thousands, sign = signs
    written = [
        f"{value:,.2f}".replace(",", "\0").replace(".", sign).replace("\0", thousands) for value in values
    ]
    assert decimal_of(written) == sign
    assert [decimal({"n": ungrouped(text, sign)}, "n") for text in written] == values


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 99)), max_size=30))
def test_every_row_is_an_item_or_a_group(rows: list[tuple[bool, int]]) -> None:
    lines = [f"К-{n};Деталь;шт" if item else f";Группа {n};" for item, n in rows]
    _, found, groups = read(table("Код;Наименование;Ед. изм.", *lines), COMPONENTS, delimiter=";")
    assert [row["code"] for row in found] == [f"К-{n}" for item, n in rows if item]
    assert groups == sum(not item for item, _ in rows)
