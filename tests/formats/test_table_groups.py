"""Warehouses as rows of groups, and cells that are merged over rows."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.formats.mxl.generator import text_8
from jobs.prices.layouts import STOCK
from tests.formats.sheets import Rows, read, table, workbook

HEADER: Rows = [["Склад", "", "", "Конечный остаток"], ["Номенклатура", "Артикул", "Ед. изм.", ""]]
PLAIN: Rows = [["Номенклатура", "Артикул", "Ед. изм.", "Количество"]]


def placed(content: bytes) -> list[tuple[str, str]]:
    _, rows, _ = read(content, STOCK)
    return [(row.get("number", ""), row.get("warehouse", "")) for row in rows]


def report(*rows: str) -> Rows:
    """``Основной:15`` is a group, ``А-1:10`` an item."""
    made = []
    for row in rows:
        name, _, amount = row.partition(":")
        made.append([f"Деталь {name}", name, "шт", amount] if name[1] == "-" else [name, "", "", amount])
    return made


def test_a_report_of_1c_has_its_warehouses_as_groups() -> None:
    rows = [*HEADER, *report("Основной:15", "А-1:10", "А-2:5", "Розница:7", "А-1:7", "Итого:22")]
    content = workbook(rows, merges=["A1:C1", "D1:D2"], levels={3: 1, 4: 1, 6: 1})
    found, _, groups = read(content, STOCK)
    assert found.header_rows == (1, 2)
    assert groups == 3
    assert placed(content) == [("А-1", "Основной"), ("А-2", "Основной"), ("А-1", "Розница")]


def test_groups_of_goods_within_a_warehouse_are_no_warehouses() -> None:
    rows = [
        *HEADER,
        *report("Основной:16", "Крепёж:15", "А-1:10", "А-2:5", "Масла:1", "А-3:1", "Розница:7", "А-1:7"),
    ]
    content = workbook(rows, levels={3: 1, 4: 2, 5: 2, 6: 1, 7: 2, 9: 1})
    expected = [("А-1", "Основной"), ("А-2", "Основной"), ("А-3", "Основной"), ("А-1", "Розница")]
    assert placed(content) == expected


def test_what_stands_above_the_warehouse_is_passed_by() -> None:
    rows = [
        ["Организация", "", "", "Остаток"],
        ["Склад", "", "", ""],
        ["Номенклатура", "Артикул", "Ед. изм.", ""],
        *report("ООО Ромашка:5", "Основной:5", "А-1:5", "ООО Лютик:6", "Розница:6", "А-1:6"),
    ]
    content = workbook(rows, levels={4: 1, 5: 2, 7: 1, 8: 2})
    assert placed(content) == [("А-1", "Основной"), ("А-1", "Розница")]


def test_a_header_whose_cells_stand_below_each_other_is_no_column_of_warehouses() -> None:
    rows: Rows = [
        ["Склад", "Артикул", "Остаток"],
        ["Номенклатура", "", ""],
        ["Основной", "", 15],
        ["Болт", "А-1", 15],
    ]
    found, _, _ = read(workbook(rows, merges=["B1:B2", "C1:C2"], levels={3: 1}), STOCK)
    assert "warehouse" not in found.columns
    assert placed(workbook(rows, levels={3: 1})) == [("А-1", "Основной")]


def test_a_group_that_is_called_like_a_warehouse_is_one_though_the_header_says_nothing() -> None:
    rows = [*PLAIN, *report("Склад №2:15", "Крепёж:15", "А-1:15", "Всякое:5", "А-2:5")]
    assert placed(workbook(rows, levels={2: 1, 3: 2, 5: 1})) == [("А-1", "Склад №2"), ("А-2", "")]
    said = [*PLAIN, ["Склад: Основной склад", "", "", "15"], *report("А-1:15")]
    assert placed(workbook(said, levels={2: 1})) == [("А-1", "Основной склад")]


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        (["Основной:15", "А-1:10", "А-2:5", "Розница:7", "А-3:7"], ["Основной", "Основной", "Розница"]),
        (
            ["Основной:15", "Болты:10", "А-1:10", "Гайки:5", "А-2:5", "Розница:7", "А-3:7"],
            ["Основной"] * 2 + ["Розница"],
        ),
        (["Основной:0", "Болты:0", "А-1:0"], [""]),
        (["Основной:", "А-1:10", "Розница:7", "А-3:7"], ["Основной", ""]),
        (["Основной:15", "А-1:20", "Розница:7", "А-3:7"], ["Основной", ""]),
        (
            ["Основной:15", "А-1:много", "Розница:7", "А-3:7", "Склад №2:1", "А-4:1"],
            ["Основной", "", "Склад №2"],
        ),
    ],
)
def test_without_levels_sums_tell_where_a_warehouse_ends(rows: list[str], places: list[str]) -> None:
    assert [place for _, place in placed(workbook([*HEADER, *report(*rows)]))] == places


def test_failing_warehouses_below_their_items_are_no_groups_of_them() -> None:
    """Without levels an item's last warehouse would be the next item's."""
    rows = [*PLAIN, *report("А-1:10", "Основной склад:6", "Склад №2:4", "А-2:5", "Основной склад:5")]
    assert placed(workbook(rows)) == [("А-1", ""), ("А-2", "")]
    assert placed(workbook(rows, levels={2: 1, 3: 1, 5: 1})) == [("А-1", ""), ("А-2", "")]
    rows = [*PLAIN, *report("Крепёж:10", "А-1:10", "Основной склад:10", "А-2:5", "Основной склад:5")]
    assert placed(workbook(rows)) == [("А-1", ""), ("А-2", "")]


def test_a_column_or_a_title_says_more_than_a_group() -> None:
    titled = [["Склад:", "Дальний"], [], *PLAIN, *report("Склад №2:15", "А-1:15")]
    assert placed(workbook(titled, levels={4: 1})) == [("А-1", "Дальний")]
    rows: Rows = [["Склад", "Артикул", "Остаток"], ["Дальний", "А-1", "5"]]
    assert placed(workbook(rows)) == [("А-1", "Дальний")]


def test_spaces_are_levels_in_csv_and_in_a_spreadsheet_of_1c() -> None:
    lines = [
        "Наименование;Артикул;Остаток",
        "Основной склад;;2",
        "  Болты;;2",
        "    Болт;А-1;2",
        "Розница;;3",
    ]
    expected = [("А-1", "Основной склад"), ("А-2", "")]
    assert placed(table(*lines, "  Гайка;А-2;3")) == expected
    sheet = [
        (number, dict(enumerate(line.split(";")))) for number, line in enumerate([*lines, "  Гайка;А-2;3"], 1)
    ]
    assert placed(b"".join(text_8(sheet, len(sheet)))) == expected


def test_a_cell_that_is_merged_over_rows_is_said_of_each() -> None:
    rows: Rows = [
        ["Склад", "Артикул", "Наименование", "Партия", "Остаток"],
        ["Основной", "А-1", "Болт", "1", 5],
        [None, None, None, "2", 6],
        [None, "А-2", "Гайка", None, 7],
        [None, None, None, None, 8],
        ["Розница", "А-3", "Шайба", None, 9],
        ["", "А-4", "Шплинт", None, 1],
    ]
    content = workbook(rows, merges=["A2:A5", "B2:B3", "C2:C3", "B4:C5"])
    _, found, _ = read(content, STOCK)
    assert [(r.get("warehouse"), r.get("number"), r.get("lot"), r["quantity"]) for r in found] == [
        ("Основной", "А-1", "1", "5"),
        ("Основной", "А-1", "2", "6"),
        ("Основной", "А-2", None, "7"),
        ("Основной", "А-2", None, "8"),
        ("Розница", "А-3", None, "9"),
        (None, "А-4", None, "1"),
    ]


def test_sums_are_not_repeated_where_they_are_merged() -> None:
    rows: Rows = [["Артикул", "Остаток"], ["А-1", 5], ["А-2", None]]
    _, found, _ = read(workbook(rows, merges=["B2:B3"]), STOCK)
    assert [row.get("quantity") for row in found] == ["5", None]


def test_failing_what_a_merged_header_hides_is_a_row_without_a_number() -> None:
    """It looks like a group's row: a name and a sum."""
    rows: Rows = [["Артикул", "Наименование", "Остаток"], [None, "Болт", 5], ["А-2", "Гайка", 6]]
    _, found, groups = read(workbook(rows, merges=["A1:A2"]), STOCK)
    assert [(row.get("number"), row["quantity"]) for row in found] == [(None, "5"), ("А-2", "6")]
    assert groups == 0
    _, _, groups = read(workbook(rows), STOCK)
    assert groups == 1


def test_failing_numbers_without_a_name_are_no_group() -> None:
    rows: Rows = [["Артикул", "Остаток"], ["А-1", 5], [None, 6], ["А-2", 7], [None, 18]]
    _, found, groups = read(workbook(rows), STOCK)
    assert [(row.get("number"), row["quantity"]) for row in found] == [
        ("А-1", "5"),
        (None, "6"),
        ("А-2", "7"),
    ]
    assert groups == 1


shops = st.lists(
    st.tuples(
        st.sampled_from(["Основной", "Розница", "Дальний", "База"]), st.lists(st.integers(1, 99), min_size=1)
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(shops, st.booleans())
def test_every_item_is_of_the_warehouse_above_it(shops: list[tuple[str, list[int]]], outlined: bool) -> None:
    rows, levels, expected = list(HEADER), dict[int, int](), []
    for name, amounts in shops:
        rows += report(f"{name}:{sum(amounts)}")
        for amount in amounts:
            levels[len(rows)] = 1
            rows += report(f"А-{amount}:{amount}")
            expected.append((f"А-{amount}", name))
    content = workbook(rows, levels=levels if outlined else None)
    assert placed(content) == expected
    assert sum(Decimal(row["quantity"]) for row in read(content, STOCK)[1]) == sum(
        map(sum, (a for _, a in shops))
    )
