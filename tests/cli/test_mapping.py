"""What a saved mapping keeps of how a file was read."""

from typing import Any

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


def test_headers_that_are_not_there_or_there_twice_are_kept_by_letters() -> None:
    found = read(("number", "A", "", ""), ("unit_cost", "C", "Цена", ""), header=["", "Цена", "Цена"])
    assert mapping_of(found, {}) == {"number": "A", "unit_cost": "C"}


def test_what_a_person_said_of_all_rows_stays_and_warehouses_are_found_again() -> None:
    found = read(
        ("number", "A", "Код", ""), ("quantity", "B", "Розница", "Розница"), header=["Код", "Розница"]
    )
    said = {"currency": "=USD", "vendor": "", "number": "A"}
    assert mapping_of(found, said) == {"number": "Код", "currency": "=USD", "vendor": ""}
