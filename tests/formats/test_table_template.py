"""A mapping names headings: they are looked for in each file anew, wherever they stand there."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Fatal, written_of
from jobs.formats.tables.books import opened
from jobs.formats.tables.finding import find
from jobs.formats.tables.mapping import Found, Wishes
from jobs.formats.tables.misfits import FieldsMissing, HeaderUnknown, HeadingsMissing
from jobs.prices.layouts import STOCK
from tests.formats.sheets import Rows, read, table, workbook

TEMPLATE = {"header_row": 2, "mapping": {"number": "Foo", "quantity": "Bar"}}


def read_by(template: dict[str, Any], content: bytes, **said: Any) -> Found:
    """As an import with ``--template`` reads it."""
    wishes = Wishes.of({"template": "Склад", **said}).over(Wishes.of(template))
    return find(opened(io.BytesIO(content), wishes.encoding, wishes.delimiter), STOCK, wishes)[0]


def places(found: Found) -> dict[str, int]:
    return {name: columns[0].place for name, columns in found.columns.items()}


@given(
    above=st.integers(0, 27),
    order=st.permutations(["Foo", "Bar", "Qux", "Цена"]),
    row=st.one_of(st.none(), st.integers(1, 40)),
)
def test_a_template_takes_its_headings_wherever_they_stand(
    above: int, order: list[str], row: int | None
) -> None:
    template = TEMPLATE | {"header_row": row}
    content = table(*(f"Заголовок {n};" for n in range(above)), ";".join(order), "А-1;5;6;7")
    found = read_by(template, content)
    assert found.header_rows == (above + 1,)
    assert places(found) == {"number": order.index("Foo"), "quantity": order.index("Bar")} | (
        {"unit_cost": order.index("Цена")} if "unit_cost" in found.columns else {}
    )


def test_what_a_person_says_of_this_file_is_no_hint() -> None:
    with pytest.raises(Fatal) as raised:
        read_by(TEMPLATE, table("Склад №1", "x;y", "Foo;Bar", "А-1;5"), header_row=2)
    assert raised.value.arguments == {"row": 2, "fields": "number, quantity"}


def test_headings_are_looked_for_without_a_row_too() -> None:
    content = table("Заголовок", "Foo;Bar", "А-1;5")
    found, rows, _ = read(content, STOCK, mapping={"number": "Foo", "quantity": "Bar"})
    assert (found.header_rows, len(rows)) == ((2,), 1)


def test_letters_of_a_template_are_read_below_the_row_it_says() -> None:
    template = {"header_row": 2, "mapping": {"number": "A", "quantity": "B"}}
    assert read_by(template, table("x;y", "Что;Сколько", "А-1;5")).header_rows == (2,)


def test_a_template_that_named_a_row_only_finds_it_again() -> None:
    found = read_by({"header_row": 1}, table("Склад: Дальний", "", "Остаток;Артикул", "5;А-1"))
    assert (found.header_rows, places(found)) == ((3,), {"quantity": 0, "number": 1})


def test_a_header_of_two_rows_is_found_by_what_stands_above_each_column() -> None:
    rows: Rows = [
        ["Отчёт"],
        ["Foo", "Наличие", None, None],
        [None, "Было", "Пришло", "Стало"],
        ["1", "2", "3", "4"],
        ["А-1", 5, 1, 6],
    ]
    content = workbook(rows, merges=["A2:A3", "B2:D2"])
    found = read_by({"mapping": {"number": "Foo", "quantity": "Наличие / Стало"}}, content)
    assert places(found) == {"number": 0, "quantity": 3}
    assert found.header_rows[:2] == (2, 3)
    of_row, _, _ = read(content, STOCK, header_row=2, mapping={"number": "Foo", "quantity": "Стало"})
    assert (places(of_row), of_row.header_rows) == (places(found), found.header_rows)


def test_a_heading_that_is_written_above_each_of_its_columns_spans_them_as_a_merged_one() -> None:
    content = table("Артикул;Остаток;Остаток", ";Сумма;Количество", "А-1;50;6")
    plain, rows, _ = read(content, STOCK)
    assert (plain.header_rows, plain.columns["quantity"][0].header) == ((1, 2), "Остаток / Количество")
    assert [row["quantity"] for row in rows] == ["6"]
    found = read_by({"mapping": {"number": "Артикул", "quantity": "Остаток / Количество"}}, content)
    assert places(found) == {"number": 0, "quantity": 2}


def test_a_column_is_called_by_all_above_it_before_a_part_of_that() -> None:
    content = table("Артикул;Остаток;;Сумма", ";Сумма;Шт;", "А-1;50;6;7")
    assert places(read_by({"mapping": {"number": "Артикул", "quantity": "Сумма"}}, content))["quantity"] == 3


def test_failing_a_template_that_gives_one_column_twice_is_blamed_with_the_row_it_was_read_by() -> None:
    template = {"mapping": {"quantity": "B", "number": "Артикул"}}
    for said in ({}, {"header_row": 2}):
        with pytest.raises(FieldsMissing) as raised:
            read_by(template, table("Отчет", "Остаток;Артикул", "5;А-1"), **said)
        error = raised.value
        assert (error.code, error.arguments) == ("template_incomplete", {"wanted": "quantity", "row": 2})
        assert written_of(error.detail) == {
            "template": "Склад",
            "column": "quantity = B",
            "cells": "Остаток | Артикул",
        }


def test_a_header_of_three_rows_is_read_to_its_end() -> None:
    content = table("Foo;Наличие;", ";Склад;", ";Было;Bar", "А-1;5;6")
    found = read_by({"mapping": {"number": "Foo", "quantity": "Bar"}}, content)
    assert (found.header_rows, places(found)) == ((1, 2, 3), {"number": 0, "quantity": 2})


def test_failing_a_template_that_does_not_fit_is_blamed_with_the_row_and_the_heading() -> None:
    with pytest.raises(HeadingsMissing) as raised:
        read_by(TEMPLATE, table("Заголовок", "Qux;Foo", "5;А-1"))
    error = raised.value
    assert error.code == "template_heading_missing"
    assert error.arguments == {"row": 2, "fields": "quantity"}
    assert written_of(error.detail) == {"template": "Склад", "column": "Bar", "cells": "Qux | Foo"}
    assert [row.number for row in error.rows] == [1, 2, 3]


def test_failing_a_mapping_of_ones_own_is_blamed_itself() -> None:
    with pytest.raises(HeadingsMissing) as raised:
        read_by(TEMPLATE, table("Bar;Foo", "5;А-1"), mapping={"quantity": "Baz"})
    assert raised.value.code == "mapping_heading_missing"
    assert written_of(raised.value.detail) == {"template": "Склад", "column": "Baz", "cells": "Bar | Foo"}


def test_failing_headings_that_no_row_has_are_named_with_the_first_rows() -> None:
    with pytest.raises(HeadingsMissing) as raised:
        read_by(TEMPLATE, table("а;б", "в;г"))
    error = raised.value
    assert (error.code, error.arguments) == ("template_heading_nowhere", {"fields": "number, quantity"})
    assert written_of(error.detail) == {"template": "Склад", "column": "Foo, Bar", "cells": ""}


def test_failing_a_template_without_columns_leaves_the_header_unknown() -> None:
    with pytest.raises(HeaderUnknown):
        read_by({"header_row": 3}, table("а;б", "в;г", "д;е"))


def test_what_is_written_for_a_person_is_told_from_what_1c_says() -> None:
    assert written_of(None) is None
    assert written_of("Ошибка при вызове метода") is None
    assert written_of('{"written": {"cut off"') is None
    assert written_of('{"error": {"code": "1"}}') is None
