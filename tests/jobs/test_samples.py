"""Every public sample: for each kind that takes files the number of its rows, or the code of its refusal."""

from pathlib import Path

import pytest

from jobs.formats import mxl
from tests.jobs.uploads import outcome

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")

NOT_A_STATEMENT = "unsupported_format"
# By file: as bank transactions, as contractors, as stock.
EXPECTED: dict[str, tuple[int | str, int | str, int | str]] = {
    "client-bank/bxshef_demo-1c.txt": (2, "table_is_statement", "table_is_statement"),
    "client-bank/bxshef_demo-type4-alfa.txt": (NOT_A_STATEMENT, "table_other_format", "table_other_format"),
    "client-bank/bxshef_vypiska-1c.txt": (3, "table_is_statement", "table_is_statement"),
    "client-bank/kilylabs_one_day_cp1251.txt": (13, "table_is_statement", "table_is_statement"),
    "client-bank/odooru_1c_to_kl_min.txt": (0, "table_is_statement", "table_is_statement"),
    "client-bank/odooru_kl_to_1c.txt": (1, "table_is_statement", "table_is_statement"),
    "commerceml/carono_offers.xml": (NOT_A_STATEMENT, "commerceml_no_contractors", 5),
    "commerceml/carono_orders.xml": (NOT_A_STATEMENT, 1, "commerceml_no_offers"),
    "commerceml/commerceml-2.10.xsd": (NOT_A_STATEMENT, "commerceml_other_root", "commerceml_other_root"),
    **{
        f"mxl/{name}.mxl": (NOT_A_STATEMENT, "header_unknown", "header_unknown")
        for name in (
            "va_chtenie_maketov01",
            "va_multiline_cells",
            "va_test_maket_value_cell",
            "xunit_accum_register_rows",
            "xunit_hidden_column_v6",
        )
    },
    **{
        f"odata/{name}.json": (NOT_A_STATEMENT, "table_other_format", "table_other_format")
        for name in (
            "catalog_kontragenty_element",
            "catalog_units_collection",
            "error_401_code20",
            "error_404_code9",
            "error_500_code-1",
        )
    },
    **{
        f"odata/{name}.xml": (NOT_A_STATEMENT, "commerceml_other_root", "commerceml_other_root")
        for name in (
            "edmx_01-catalog-with-table",
            "edmx_02-document-with-fi",
            "edmx_04-accumulation-register",
            "edmx_07-composite-ref",
            "error_501",
        )
    },
}
# What 1C answers is read by its client: tests/onec/test_samples.py.
SHEETS = {
    "va_chtenie_maketov01": 5,
    "va_multiline_cells": 5,
    "va_test_maket_value_cell": 5,
    "xunit_accum_register_rows": 33,
    "xunit_hidden_column_v6": 9,
}


def test_no_sample_is_left_out() -> None:
    found = {str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*")}
    assert found == set(EXPECTED)
    assert {path.stem for path in (SAMPLES / "mxl").iterdir()} == set(SHEETS)


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_sample_is_imported_or_refused_by_name(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    kinds = ("bank_transactions", "contractors", "stock_import")
    assert tuple([await outcome(kind, content) for kind in kinds]) == EXPECTED[name]


@pytest.mark.parametrize("name", SHEETS)
def test_every_row_of_a_real_spreadsheet_is_read(name: str) -> None:
    with (SAMPLES / "mxl" / f"{name}.mxl").open("rb") as file:
        found = list(mxl.rows(file))
    assert len(found) == SHEETS[name]
    assert [row.number for row in found] == list(range(1, SHEETS[name] + 1))


def test_what_real_spreadsheets_show() -> None:
    def cells(name: str, row: int) -> list[str]:
        with (SAMPLES / "mxl" / f"{name}.mxl").open("rb") as file:
            return list(mxl.rows(file))[row - 1].cells

    assert cells("va_chtenie_maketov01", 5)[1:4] == ["222", "Нет", "AAAAVgAAAAA="]
    assert cells("va_multiline_cells", 2)[0] == "Тест\r\nДопСтрока"
    assert cells("xunit_hidden_column_v6", 2)[4] == "То что скрыто"
    assert cells("xunit_accum_register_rows", 33)[4:] == ["РеквизитБулево", "Истина", ""]
