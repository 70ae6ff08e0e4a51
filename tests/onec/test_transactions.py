"""From a row of 1C to a transaction, and what rejects a row."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MalformedRow
from jobs.records import Transaction
from jobs.sources.onec import rows
from jobs.sources.onec.currencies import alphabetic
from jobs.sources.onec.settings import OneCMapping
from jobs.sources.onec.transactions import to_transaction
from tests.onec.test_rows import EMPTY, FOUND, RENT, SALE, document, resolved


def made(**changes: Any) -> Transaction:
    return to_transaction({**resolved(), **changes}, {}, 0)


def test_a_document_becomes_a_transaction() -> None:
    assert made() == Transaction(
        key=UUID("9fa1a135-d89b-11e6-8343-40167e2531c3").bytes,
        number="4711",
        date=date(2024, 2, 29),
        booked_on=date(2024, 3, 1),
        direction="in",
        amount=Decimal("15000.50"),
        currency="RUB",
        account="40702810000000000001",
        counterparty_name='ООО "Ромашка"',
        counterparty_inn="7707083893",
        counterparty_kpp="770001001",
        counterparty_account="40702810000000000002",
        purpose="Оплата по счету",
        category="Оплата от покупателей",
        data_version="AAAAAAAETag=",
        retracted=False,
        warnings=(),
    )


def test_the_entity_set_alone_says_the_direction() -> None:
    outgoing = rows.resolve(document(), FOUND, OneCMapping().documents[1], OneCMapping())
    assert to_transaction(outgoing, {}, 0).direction == "out"


def test_the_identity_is_the_reference_whatever_the_ordinal() -> None:
    assert to_transaction(resolved(), {}, 0).key == to_transaction(resolved(), {}, 3).key


@pytest.mark.parametrize("changes", [{"Posted": False}, {"DeletionMark": True}])
def test_what_is_unposted_or_deleted_is_retracted(changes: dict[str, bool]) -> None:
    assert made(**changes).retracted


def test_without_a_bank_number_it_is_1cs_own() -> None:
    bare = made(НомерВходящегоДокумента=None, ДатаВходящегоДокумента="0001-01-01T00:00:00")
    assert (bare.number, bare.date) == ("0000-000017", date(2024, 3, 1))


def test_the_category_of_the_rows_comes_before_that_of_the_header() -> None:
    assert to_transaction(resolved(РасшифровкаПлатежа=[]), {}, 0).category == "Аренда"
    nowhere = resolved(РасшифровкаПлатежа=[], СтатьяДвиженияДенежныхСредств_Key=EMPTY)
    assert to_transaction(nowhere, {}, 0).category is None


def test_rows_with_several_categories_take_the_first_and_say_so() -> None:
    parts = [{"СтатьяДвиженияДенежныхСредств_Key": key} for key in (EMPTY, RENT, SALE)]
    several = to_transaction(resolved(РасшифровкаПлатежа=parts), {}, 0)
    assert several.category == "Аренда"
    assert "several_categories" in several.warnings


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("0.1", "0.10"), (1000, "1000.00"), ("1000.125", "1000.13"), ("1E+3", "1000.00"),
        ("15 000,50", "15000.50"), ("9999999999999999.99", "9999999999999999.99"),
    ],
)  # fmt: skip
def test_amounts_are_kopecks(said: Any, expected: str) -> None:
    amount = made(СуммаДокумента=said).amount
    assert (amount, str(amount)) == (Decimal(expected), expected)


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999999999.99"), places=2))
def test_every_amount_survives_exactly(amount: Decimal) -> None:
    assert made(СуммаДокумента=str(amount)).amount == amount


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("СуммаДокумента", None, "amount_missing"),
        ("СуммаДокумента", "12,3,4", "amount_malformed"),
        ("СуммаДокумента", "-1", "amount_not_positive"),
        ("СуммаДокумента", "0", "amount_not_positive"),
        ("СуммаДокумента", "100000000000000000000", "amount_too_large"),
        ("СуммаДокумента", "9999999999999999.995", "amount_too_large"),
        ("Date", None, "date_missing"),
        ("Date", "0001-01-01T00:00:00", "date_missing"),
        ("Date", "2024-02-31T00:00:00", "date_impossible"),
        ("Date", "31.02.2024", "date_malformed"),
        ("Ref_Key", EMPTY, "onec_no_reference"),
        ("Ref_Key", "x", "onec_no_reference"),
        ("Направление", "", "onec_no_direction"),
    ],
)
def test_what_cannot_be_read_rejects_the_row_by_field(field: str, value: Any, code: str) -> None:
    with pytest.raises(MalformedRow) as caught:
        made(**{field: value})
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.value == ("" if value is None else value)


def test_a_nul_byte_rejects_the_row_because_postgresql_takes_none() -> None:
    with pytest.raises(MalformedRow, match="nul_byte"):
        made(НазначениеПлатежа="a\0b")


@pytest.mark.parametrize(
    ("row", "context", "currency", "assumed"),
    [
        ({"Валюта": "USD"}, {}, "USD", False),
        ({"Валюта": "", "СчетОрганизации": "40702978000000000001"}, {}, "EUR", False),
        ({"Валюта": "", "СчетОрганизации": ""}, {}, "RUB", True),
        ({"Валюта": "", "СчетОрганизации": ""}, {"currency": "KZT"}, "KZT", True),
    ],
)
def test_the_currency_is_named_or_the_accounts_or_assumed(
    row: dict[str, str], context: dict[str, str], currency: str, assumed: bool
) -> None:
    found = to_transaction({**resolved(), **row}, context, 0)
    assert found.currency == currency
    assert ("currency_assumed" in found.warnings) is assumed


def test_wrong_identifiers_are_warnings() -> None:
    assert {"inn_length", "kpp_length"} <= set(made(КонтрагентИНН="123", КонтрагентКПП="1").warnings)


@pytest.mark.parametrize(
    ("digits", "name", "expected"),
    [("643", "руб.", "RUB"), ("36", "", "AUD"), ("", "usd", "USD"), ("999", "у.е.", "999"), ("", "", "")],
)
def test_currencies_have_alphabetic_codes(digits: str, name: str, expected: str) -> None:
    assert alphabetic(digits, name) == expected
