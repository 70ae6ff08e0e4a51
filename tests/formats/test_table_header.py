"""Where a header is: below titles, two rows deep, over columns of warehouses; and what is said above it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Fatal, written_of
from jobs.formats.mxl.generator import text_8
from jobs.formats.tables.mapping import Found
from jobs.formats.tables.misfits import HeaderUnknown
from jobs.prices.layouts import COMPONENTS, QUOTES, STOCK
from tests.formats.sheets import Rows, read, table, workbook

REPORT: Rows = [
    ["Остатки и доступность товаров"],
    [],
    ["Параметры:", None, "Период: 03.03.2025"],
    ["Отбор:", None, 'Склад Равно "Основной склад"'],
    [],
    ["Номенклатура", "Артикул", "Ед. изм.", "Количество", None, None, None],
    [None, None, None, "Начальный остаток", "Приход", "Расход", "Конечный остаток"],
    ["Крепёж", None, None, 10, 5, 5, 10],
    ["Болт М6", "00-17", "шт", 7, 5, 5, 7],
    ["Гайка М6", "00-18", "шт", 3, None, None, 3],
    ["Итого", None, None, 10, 5, 5, 10],
]


def places(found: Found) -> dict[str, list[int]]:
    return {name: [one.place for one in columns] for name, columns in found.columns.items()}


def test_success_a_report_of_1c_is_read_below_its_titles() -> None:
    content = workbook(
        REPORT, merges=["A6:A7", "B6:B7", "C6:C7", "D6:G6"], levels={8: 1, 9: 1}, more=lambda b, s: None
    )
    found, rows, groups = read(content, STOCK)
    assert found.header_rows == (6, 7)
    assert places(found) == {"name": [0], "number": [1], "unit": [2], "quantity": [6]}
    assert found.constants == {"warehouse": "Основной склад"}
    assert [(row["#row"], row["number"], row["quantity"]) for row in rows] == [
        (9, "00-17", "7"),
        (10, "00-18", "3"),
    ]
    assert groups == 2


def test_each_warehouse_has_a_row_where_it_has_a_column() -> None:
    rows: Rows = [
        ["Артикул", "Остаток", None, None],
        [None, "Основной склад", "Розница", "Итого"],
        ["А-1", 5, None, 5],
        ["А-2", 1, 2, 3],
        ["А-3", None, None, None],
    ]
    found, records, skipped = read(workbook(rows, merges=["A1:A2", "B1:D1"]), STOCK)
    assert [one.warehouse for one in found.columns["quantity"]] == ["Основной склад", "Розница"]
    assert [(row["number"], row["#warehouse"], row["quantity"]) for row in records] == [
        ("А-1", "Основной склад", "5"),
        ("А-2", "Основной склад", "1"),
        ("А-2", "Розница", "2"),
    ]
    assert skipped == 1


@pytest.mark.parametrize(
    "headers",
    [
        [["Артикул", "Остаток, Основной", "Остаток (Розница)", "Всего"]],
        [["Артикул", "Основной", "Розница", "Итого"], ["", "Остаток", "Остаток", "Остаток"]],
        [["", "Основной", "Розница"], ["Артикул", "Кол-во", "Кол-во"]],
        [["Артикул", "Склад Основной", "Магазин Розница", "Сумма"]],
        [["", "На складах", ""], ["Артикул", "Количество", ""], ["", "Основной", "Розница"]],
    ],
)
def test_warehouses_are_named_in_many_ways(headers: Rows) -> None:
    found, records, _ = read(workbook([*headers, ["А-1", 5, 6, 11]]), STOCK)
    assert len(records) == 2, found
    assert [row["#warehouse"].rpartition(" ")[2] for row in records] == ["Основной", "Розница"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (
            ["Код", "Артикул", "Цена, руб.", "Кол-во"],
            {"code": [0], "number": [1], "unit_cost": [2], "quantity": [3]},
        ),
        (["АРТИКУЛ.", "кол во", "Ед.изм"], {"number": [0], "quantity": [1], "unit": [2]}),
        (["Партномер", "Остаток на начало", "Свободный остаток"], {"number": [0], "quantity": [2]}),
        (["Part No.", "Qty", "Brand"], {"number": [0], "quantity": [1], "vendor": [2]}),
        (["Артикул", "Количество", "Количество"], {"number": [0], "quantity": [1]}),
    ],
)
def test_headers_are_known_by_their_aliases(header: list[str], columns: dict[str, list[int]]) -> None:
    found, _, _ = read(workbook([header, ["1", "2", "3", "4"]]), STOCK)
    assert places(found) == columns


def test_numbers_of_columns_below_the_header_are_no_row() -> None:
    rows: Rows = [["Артикул", "Остаток", "Цена"], ["1", "2", "3"], ["А-1", "5", "9"]]
    found, records, _ = read(workbook(rows), STOCK)
    assert found.header_rows == (1, 2)
    assert [row["number"] for row in records] == ["А-1"]


@pytest.mark.parametrize(
    ("title", "price", "currency", "price_type"),
    [
        ("прайс(EUR, без НДС)", "Цена", "EUR", "прайс(EUR, без НДС)"),
        ("Тип цен: Оптовая", "Цена, USD", "USD", "Оптовая"),
        ("Валюта: руб.", "Цена", "RUB", None),
        ("Цены указаны в долларах", "Цена", "USD", None),
        ("в руб. и в EUR", "Цена", None, None),
        ("Прайс-лист", "Прайс (¥)", "CNY", "Прайс (¥)"),
    ],
)
def test_currency_and_price_type_are_said_above(
    title: str, price: str, currency: str | None, price_type: str | None
) -> None:
    found, rows, _ = read(
        workbook([[title], ["Поставщик:", "ООО Ромашка"], ["Артикул", price], ["1", 2]]), QUOTES
    )
    assert rows[0].get("currency") == currency
    assert rows[0]["supplier"] == "ООО Ромашка"
    assert found.price_type == price_type


def test_failing_a_header_that_nobody_knows_shows_what_there_is() -> None:
    with pytest.raises(HeaderUnknown, match="header_unknown") as raised:
        read(workbook([["Что", "Сколько"], *[["болт", n] for n in range(100)]]), STOCK)
    assert "Артикул" in str(raised.value.arguments["wanted"])
    assert [row.number for row in raised.value.rows] == list(range(1, 31))


def test_a_header_below_the_first_thirty_rows_has_to_be_named() -> None:
    content = table(*["титул"] * 40, "Артикул;Остаток", "А-1;5")
    with pytest.raises(HeaderUnknown):
        read(content, STOCK)
    found, rows, _ = read(content, STOCK, header_row=41)
    assert (found.header_rows, rows[0]["number"]) == ((41,), "А-1")


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ({"mapping": {"quantity": "C"}}, {"number": "А-1", "quantity": "6"}),
        ({"mapping": {"quantity": "3"}}, {"number": "А-1", "quantity": "6"}),
        ({"mapping": {"quantity": "Ещё"}}, {"number": "А-1", "quantity": "6"}),
        ({"mapping": {"warehouse": "=Дальний"}}, {"number": "А-1", "quantity": "5", "warehouse": "Дальний"}),
        ({"mapping": {"number": "", "code": "A"}}, {"code": "А-1", "quantity": "5"}),
        (
            {"header_row": 1, "mapping": {"number": "Остаток", "quantity": "=1"}},
            {"number": "5", "quantity": "1"},
        ),
        (
            {"header_row": 0, "mapping": {"number": "A", "quantity": "B"}},
            {"number": "Артикул", "quantity": "Остаток"},
        ),
    ],
)
def test_what_was_found_can_be_corrected(said: dict[str, Any], row: dict[str, str]) -> None:
    _, rows, _ = read(table("Артикул;Остаток;Еще", "А-1;5;6"), STOCK, **said)
    assert {name: value for name, value in rows[0].items() if name != "#row"} == row


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"mapping": {"colour": "A"}}, "mapping_field_unknown"),
        ({"mapping": {"quantity": "нет такой"}}, "mapping_heading_missing"),
        ({"header_row": 2}, "mapping_incomplete"),
        ({"header_row": 0, "mapping": {"number": "A"}}, "mapping_incomplete_bare"),
        ({"header_row": 77}, "header_unknown"),
        ({"mapping": {"quantity": ""}}, "header_unknown"),
    ],
)
def test_failing_corrections_that_make_no_sense_are_refused(said: dict[str, Any], code: str) -> None:
    with pytest.raises(Fatal, match=code):
        read(table("Артикул;Остаток", "А-1;5"), STOCK, **said)


def test_failing_a_sheet_that_is_not_there_is_told_those_there_are() -> None:
    with pytest.raises(Fatal, match="sheet_unknown") as caught:
        read(workbook([["Артикул", "Остаток"], ["А-1", 5]]), STOCK, sheet="Склад")
    names = written_of(caught.value.detail)
    assert names == {"names": "“TDSheet”"}


def test_failing_a_field_that_is_not_there_is_told_the_keys_there_are() -> None:
    with pytest.raises(Fatal) as caught:
        read(table("Артикул;Остаток", "А-1;5"), STOCK, mapping={"cost": "C"})
    wanted = str(caught.value.arguments["wanted"])
    assert wanted.startswith("number (Артикул), code (Код)")
    assert "unit_cost (Себестоимость)" in wanted


def test_the_sheet_that_has_the_header_is_read_unless_one_is_named() -> None:
    def second(book: Any, sheet: Any) -> None:
        other = book.add_worksheet("Данные")
        other.write_row(0, 0, ["Код", "Наименование"])
        other.write_row(1, 0, ["К-1", "Болт"])

    content = workbook([["О файле"]], more=second)
    assert read(content, COMPONENTS)[0].sheet == "Данные"
    with pytest.raises(HeaderUnknown):
        read(content, COMPONENTS, sheet="tdsheet")
    with pytest.raises(Fatal, match="sheet_unknown"):
        read(content, COMPONENTS, sheet="Третий")


columns = st.permutations(["Артикул", "Наименование", "Производитель", "Ед. изм.", "Остаток"])
fillers = st.lists(
    st.lists(st.sampled_from(["", "Отчет", "Склад:", "Склад: Основной", "x"]), max_size=4), max_size=12
)


@given(columns, fillers, st.integers(0, 3))
def test_a_header_is_found_wherever_it_stands(header: list[str], above: Rows, right: int) -> None:
    pad = [""] * right
    row = {
        "Артикул": "А-1",
        "Наименование": "Болт",
        "Производитель": "Завод",
        "Ед. изм.": "шт",
        "Остаток": "5",
    }
    lines = [*above, pad + header, pad + [row[name] for name in header]]
    found, records, _ = read(table(*[";".join(line) for line in lines]), STOCK, delimiter=";")
    assert found.header_rows == (len(above) + 1,)
    [record] = records
    assert {record[name] for name in ("number", "name", "vendor", "unit", "quantity")} == set(row.values())


@pytest.mark.timeout(20)
def test_long_cells_of_a_header_are_looked_at_once() -> None:
    brackets = "(" * 100_000
    found, rows, _ = read(table("Артикул;Количество", f"А-1;{brackets}"), STOCK)
    assert found.header_rows == (1,)
    assert rows[0]["quantity"] == brackets
    wide = ";".join(f"{'(' * 150}{number}" for number in range(1_000))
    said = "прайс" * 10_000 + " равно «" * 8_000
    with pytest.raises(HeaderUnknown):
        read(table(said, *[wide] * 5), STOCK)


@pytest.mark.timeout(20)
def test_a_sheet_of_all_columns_is_looked_through() -> None:
    sheet = text_8([(number, {0: "x", 16_383: "y"}) for number in range(1, 31)], 30)
    with pytest.raises(HeaderUnknown):
        read(b"".join(sheet), STOCK)
