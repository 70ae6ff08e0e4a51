"""A document becomes a transaction, or says which of its fields cannot be read."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import MalformedRow
from jobs.formats.client_bank import Context, to_transaction
from jobs.records import Transaction
from tests.formats.statements import CONTEXT, OWN, THEIRS, payment


def test_a_document_becomes_a_transaction() -> None:
    raw = payment(Получатель='ИНН 7707083893 ООО "РОМАШКА"', ПолучательКПП="770701001")
    found = to_transaction(raw, CONTEXT, 0)
    assert found == Transaction(
        key=found.key,
        number="17",
        date=date(2025, 3, 3),
        booked_on=date(2025, 3, 4),
        direction="out",
        amount=Decimal("250.50"),
        currency="RUB",
        account=OWN,
        counterparty_name='ООО "РОМАШКА"',
        counterparty_inn="7707083893",
        counterparty_kpp="770701001",
        counterparty_account=THEIRS,
        purpose="Оплата по счету № 5",
    )


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"Сумма": ""}, "amount_missing", "Сумма"),
        ({"Сумма": "12,3,4"}, "amount_malformed", "Сумма"),
        ({"Сумма": "1" + "0" * 20}, "amount_too_large", "Сумма"),
        ({"Сумма": "0.00"}, "amount_not_positive", "Сумма"),
        ({"Сумма": "-5.00"}, "amount_not_positive", "Сумма"),
        ({"Дата": "31.02.2025"}, "date_impossible", "Дата"),
        ({"Дата": "23.08.201819202122"}, "date_malformed", "Дата"),
        ({"ДатаСписано": "31.02.2025"}, "date_impossible", "ДатаСписано"),
        ({"ДатаСписано": "скоро"}, "date_malformed", "ДатаСписано"),
        ({"Дата": "", "ДатаСписано": ""}, "date_missing", "Дата"),
        ({"НазначениеПлатежа": "a\u2400b", "_defect": "nul_byte"}, "nul_byte", "НазначениеПлатежа"),
        ({"Клю\u2400ч": "1", "_defect": "nul_byte"}, "nul_byte", "Клю\u2400ч"),
        ({"НазначениеПлатежа": "a\0b"}, "nul_byte", "НазначениеПлатежа"),
        ({"Получатель1": "a\0b"}, "nul_byte", "Получатель1"),
        ({"_defect": "document_truncated"}, "document_truncated", None),
        ({"_defect": "document_too_long"}, "document_too_long", None),
        ({"_defect": "anything"}, "row_malformed", None),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], code: str, field: str | None) -> None:
    with pytest.raises(MalformedRow) as caught:
        to_transaction(payment(**fields), CONTEXT, 0)
    error = caught.value
    assert (error.code, error.field) == (code, field)
    shown = fields[field].replace("\0", "\u2400") if field else None
    assert error.value == shown


def test_a_missing_sum_is_named_also_where_the_key_is_missing() -> None:
    raw = payment()
    del raw["Сумма"]
    with pytest.raises(MalformedRow) as caught:
        to_transaction(raw, CONTEXT, 0)
    assert (caught.value.code, caught.value.value) == ("amount_missing", "")


def test_of_a_long_value_only_the_beginning_is_shown() -> None:
    with pytest.raises(MalformedRow) as caught:
        to_transaction(payment(Сумма="я" * 1000), CONTEXT, 0)
    assert caught.value.value == "я" * 200


@pytest.mark.parametrize("raw", [payment() | {"Сумма": 5}, payment() | {"Дата": None}, None, []])
def test_a_corrected_row_that_holds_no_texts_is_refused(raw: Any) -> None:
    with pytest.raises(MalformedRow) as caught:
        to_transaction(raw, CONTEXT, 0)
    assert caught.value.code == "row_malformed"


def test_a_corrected_row_without_its_nul_is_good() -> None:
    assert to_transaction(payment(_defect="nul_byte"), CONTEXT, 0).number == "17"


def test_a_document_without_a_date_has_the_day_it_was_booked_on() -> None:
    assert to_transaction(payment(Дата=""), CONTEXT, 0).date == date(2025, 3, 4)


def test_the_largest_sum_fits() -> None:
    largest = to_transaction(payment(Сумма="9999999999999999.99"), CONTEXT, 0)
    assert largest.amount == Decimal("9999999999999999.99")


@pytest.mark.parametrize(
    ("fields", "name", "inn", "kpp"),
    [
        (
            {"Получатель": 'ИНН 7700000005 ООО "РОМАШКА"', "Получатель1": ""},
            'ООО "РОМАШКА"',
            "7700000005",
            "",
        ),
        ({"Получатель": "ИНН 7700000005 КПП 770001001 ООО Р"}, "ООО Р", "7700000005", "770001001"),
        ({"Получатель": "ИНН: 7700000005/770001001 ООО Р"}, "ООО Р", "7700000005", "770001001"),
        ({"Получатель": "ИНН 7700000005, КПП 0, ООО Р"}, "ООО Р", "7700000005", ""),
        ({"Получатель": "инн 500100732259 ИП Р"}, "ИП Р", "500100732259", ""),
        ({"Получатель": "ИНН 7700000005", "Получатель1": "ООО Р"}, "ООО Р", "7700000005", ""),
        ({"Получатель": "", "Получатель1": "ИНН 7700000005 ООО Р"}, "ООО Р", "7700000005", ""),
        ({"Получатель": "", "Получатель1": "ООО\n  Р"}, "ООО Р", "", ""),
        ({"Получатель": "ИННОВАЦИЯ ООО"}, "ИННОВАЦИЯ ООО", "", ""),
        ({"Получатель": "ИНН ООО Р"}, "ООО Р", "", ""),
        ({"Получатель": "ООО Р " * 100}, " ".join(["ООО Р"] * 100), "", ""),
        ({"ПолучательИНН": "7700000005", "Получатель": "ИНН 1234567890 Р"}, "Р", "7700000005", ""),
        ({"ПолучательИНН": "0", "ПолучательКПП": "0"}, 'ООО "РОМАШКА"', "", ""),
        ({"ПолучательИНН": "000000000000", "ПолучательКПП": " "}, 'ООО "РОМАШКА"', "", ""),
        ({"ПолучательИНН": "7700000005/770001001"}, 'ООО "РОМАШКА"', "7700000005", "770001001"),
        ({"ПолучательИНН": "7" * 13, "ПолучательКПП": "7" * 13}, 'ООО "РОМАШКА"', "", ""),
        ({"ПолучательИНН": "нет"}, 'ООО "РОМАШКА"', "нет", ""),
    ],
)
def test_the_counterparty_is_found(fields: dict[str, str], name: str, inn: str, kpp: str) -> None:
    found = to_transaction(payment(**fields), CONTEXT, 0)
    assert (found.counterparty_name, found.counterparty_inn, found.counterparty_kpp) == (name, inn, kpp)


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({"ПолучательИНН": "7707083893", "ПолучательКПП": "770701001"}, ()),
        ({"ПолучательИНН": "7707083894"}, ("inn_checksum",)),
        ({"ПолучательИНН": "77070838"}, ("inn_length",)),
        ({"ПолучательКПП": "7707"}, ("kpp_length",)),
        ({"ПолучательКПП": "77070100x"}, ("kpp_malformed",)),
        ({"ПолучательБИК": "044525901"}, ("account_checksum",)),
        (
            {"ПолучательИНН": "1", "ПолучательКПП": "1", "ПолучательБИК": "044525901"},
            ("inn_length", "kpp_length", "account_checksum"),
        ),
        ({"ПолучательИНН": "1", "ПолучательСчет": "KZ75125KZT1001300335"}, ()),
    ],
)
def test_wrong_numbers_are_warnings_not_rejects(fields: dict[str, str], warnings: tuple[str, ...]) -> None:
    assert to_transaction(payment(**fields), CONTEXT, 0).warnings == warnings


def test_the_account_names_the_currency() -> None:
    dollars = "40702840900000000001"
    context = Context.of({"own_accounts": [dollars], "currency": "RUB"})
    assert to_transaction(payment(ПлательщикСчет=dollars), context, 0).currency == "USD"
    tenge = Context.of({"own_accounts": ["KZ75125KZT1001300335"], "currency": "KZT"})
    assert to_transaction(payment(ПлательщикСчет="KZ75125KZT1001300335"), tenge, 0).currency == "KZT"


def test_numbered_lines_of_the_purpose_count_only_where_it_is_empty() -> None:
    lines = {f"НазначениеПлатежа{number}": f"строка {number}" for number in range(1, 7)}
    assert to_transaction(payment(**lines), CONTEXT, 0).purpose == "Оплата по счету № 5"
    found = to_transaction(payment(**lines, НазначениеПлатежа="\u00a0"), CONTEXT, 0)
    assert found.purpose == "строка 1 строка 2 строка 3 строка 4 строка 5 строка 6"
