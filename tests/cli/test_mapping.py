"""What a saved mapping keeps of how a file was read."""

from typing import Any

import pytest

from cli.failures import Failure
from cli.mapping import mapping_of


def read(*columns: tuple[str, str, str, str], header: list[str]) -> dict[str, Any]:
    names = ("field", "column", "header", "warehouse")
    found = {"header_rows": [2], "columns": [dict(zip(names, one, strict=True)) for one in columns]}
    return {"found": found, "first_rows": [{"row": 1, "cells": ["Цена"]}, {"row": 2, "cells": header}]}


def test_columns_are_kept_by_their_headers_so_that_they_may_move() -> None:
    found = read(
        ("number", "A", "Артикул", ""), ("quantity", "B", "Остаток", ""), header=["Артикул", "Остаток"]
    )
    assert mapping_of(found, {}) == {"number": "Артикул", "quantity": "Остаток"}


def test_a_column_without_a_heading_is_kept_by_its_letters() -> None:
    found = read(("number", "A", "", ""), ("unit_cost", "C", "Цена", ""), header=["", "", "Цена"])
    assert mapping_of(found, {}) == {"number": "A", "unit_cost": "Цена"}


def test_a_heading_that_stands_twice_is_kept_with_the_one_below_it() -> None:
    columns = [("number", "A", "Код", ""), ("quantity", "B", "Остаток / Количество", "")]
    found = read(*columns, header=["Код", "Остаток", "Остаток"])
    found["found"]["header_rows"].append(3)
    found["first_rows"].append({"row": 3, "cells": ["", "Количество", "Сумма"]})
    assert mapping_of(found, {}) == {"number": "Код", "quantity": "Остаток / Количество"}


def test_failing_of_columns_that_are_called_the_same_none_is_kept() -> None:
    found = read(("number", "A", "Код", ""), ("unit_cost", "B", "Цена", ""), header=["Код", "Цена", "Цена"])
    with pytest.raises(Failure) as refused:
        mapping_of(found, {})
    assert refused.value.code == "cli.mapping.ambiguous"
    assert refused.value.what("en") == (
        "Several columns are called “Цена”: B, C. Kept by its letter, unit_cost would be read from another"
        " column once they have moved. Nothing was saved"
    )


def test_what_a_person_said_of_all_rows_stays_and_warehouses_are_found_again() -> None:
    found = read(
        ("number", "A", "Код", ""), ("quantity", "B", "Розница", "Розница"), header=["Код", "Розница"]
    )
    said = {"currency": "=USD", "vendor": "", "number": "A"}
    assert mapping_of(found, said) == {"number": "Код", "currency": "=USD", "vendor": ""}
