"""Which way the money went, on which day, and what makes a document the same one again."""

from typing import Any

import pytest

from jobs.formats.client_bank import Context, RawRow, facts, to_transaction
from tests.formats.statements import CONTEXT, OWN, SECOND, THEIRS, TWO_ACCOUNTS, payment

OWN_INN = "7707083893"
STRANGERS = {"ПлательщикСчет": "1", "ПолучательСчет": "2", "ДатаСписано": "", "ДатаПоступило": ""}


def moved(context: Context = CONTEXT, /, **fields: str) -> tuple[str, str, str]:
    """Direction, own account, the other's account."""
    found = to_transaction(payment(**fields), context, 0)
    return found.direction, found.account, found.counterparty_account


def key(context: Any = CONTEXT, ordinal: int = 0, /, **fields: str) -> bytes:
    return to_transaction(payment(**fields), context, ordinal).key


def test_the_payers_account_is_own() -> None:
    assert moved() == ("out", OWN, THEIRS)


def test_the_payees_account_is_own() -> None:
    assert moved(ПлательщикСчет=THEIRS, ПолучательСчет=OWN) == ("in", OWN, THEIRS)


def test_both_accounts_are_own() -> None:
    assert moved(TWO_ACCOUNTS, ПолучательСчет=SECOND) == ("transfer", OWN, SECOND)


def test_own_accounts_count_before_dates() -> None:
    assert moved(ДатаСписано="", ДатаПоступило="05.03.2025")[0] == "out"


def test_the_account_may_stand_in_either_key() -> None:
    assert moved(ПлательщикСчет="30101810400000000901", ПлательщикРасчСчет=OWN) == ("out", OWN, THEIRS)
    assert moved(ПлательщикСчет=f" {OWN} ", ПлательщикРасчСчет="9") == ("out", OWN, THEIRS)
    assert moved(ПолучательСчет="30101810400000000901", ПолучательРасчСчет=THEIRS)[2] == THEIRS
    paid = {"ПлательщикСчет": THEIRS, "ПолучательСчет": "", "ПолучательРасчСчет": OWN}
    assert moved(**paid) == ("in", OWN, THEIRS)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"ДатаСписано": "04.03.2025"}, ("out", OWN, "2")),
        ({"ДатаПоступило": "04.03.2025"}, ("in", OWN, "1")),
        ({"ДатаСписано": "01.01.0001", "ДатаПоступило": "04.03.2025"}, ("in", OWN, "1")),
        ({}, ("unknown", OWN, "2")),
        ({"ДатаСписано": "04.03.2025", "ДатаПоступило": "04.03.2025"}, ("unknown", OWN, "2")),
    ],
)
def test_without_an_own_account_a_single_date_decides(
    dates: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert moved(**STRANGERS | dates) == expected


def test_without_a_date_the_own_inn_decides() -> None:
    assert moved(**STRANGERS, ПлательщикИНН=OWN_INN) == ("out", OWN, "2")
    assert moved(**STRANGERS, Получатель=f"ИНН {OWN_INN} ООО МЫ") == ("in", OWN, "1")
    assert moved(**STRANGERS, ПлательщикИНН=OWN_INN, ПолучательИНН=OWN_INN)[0] == "unknown"


def test_of_several_own_accounts_none_is_guessed() -> None:
    assert moved(TWO_ACCOUNTS, **STRANGERS | {"ДатаСписано": "04.03.2025"}) == ("out", "", "2")
    assert moved(TWO_ACCOUNTS, **STRANGERS) == ("unknown", "", "2")


def test_a_file_that_names_no_account_is_taken_at_its_word() -> None:
    nothing = Context.of({})
    assert moved(nothing, **STRANGERS | {"ДатаСписано": "04.03.2025"}) == ("out", "1", "2")
    assert moved(nothing, **STRANGERS | {"ДатаПоступило": "04.03.2025"}) == ("in", "2", "1")


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"ДатаСписано": "04.03.2025"}, 4),
        ({"ДатаСписано": "", "ДатаПоступило": "05.03.2025"}, 3),
        ({"ДатаСписано": "01.01.0001"}, 3),
        ({"ПлательщикСчет": THEIRS, "ПолучательСчет": OWN, "ДатаПоступило": "05.03.2025"}, 5),
        ({"ПлательщикСчет": THEIRS, "ПолучательСчет": OWN}, 3),
        ({"ПолучательСчет": SECOND, "ДатаПоступило": "05.03.2025"}, 4),
        ({"ПолучательСчет": SECOND, "ДатаСписано": "", "ДатаПоступило": "05.03.2025"}, 5),
        ({"ПолучательСчет": SECOND, "ДатаСписано": ""}, 3),
        (STRANGERS, 3),
    ],
)
def test_the_booking_date(fields: dict[str, str], day: int) -> None:
    found = to_transaction(payment(**fields), TWO_ACCOUNTS, 0)
    assert (found.date.day, found.booked_on.day) == (3, day)


@pytest.mark.parametrize(
    "same",
    [
        {"Сумма": "250,5"},
        {"Сумма": "250-50"},
        {"Номер": " 17 "},
        {"ДатаСписано": "4.3.2025"},
        {"НазначениеПлатежа": "оплата  по\nсчету №5"},
        {"НазначениеПлатежа": " ", "НазначениеПлатежа1": "Оплата по", "НазначениеПлатежа2": "счету № 5"},
        {"Дата": "01.03.2025"},
        {"Получатель1": "ООО Ромашка", "ВидОплаты": "01"},
        {"ПолучательСчет": "30101810400000000901", "ПолучательРасчСчет": THEIRS},
    ],
)
def test_another_upload_may_write_the_same_document_differently(same: dict[str, str]) -> None:
    assert key(**same) == key()
    assert facts(payment(**same), CONTEXT) == facts(payment(), CONTEXT)


@pytest.mark.parametrize(
    "other",
    [
        {"Номер": "18"},
        {"Сумма": "250.51"},
        {"ДатаСписано": "05.03.2025"},
        {"ПолучательСчет": "40702810300000000778"},
        {"НазначениеПлатежа": "Оплата по счету № 6"},
        {"ПлательщикСчет": THEIRS, "ПолучательСчет": OWN},
    ],
)
def test_what_differs_is_another_document(other: dict[str, str]) -> None:
    assert key(**other) != key()
    assert facts(payment(**other), CONTEXT).fingerprint != facts(payment(), CONTEXT).fingerprint


def test_identical_documents_differ_by_their_ordinal() -> None:
    assert len({key(CONTEXT, ordinal) for ordinal in range(5)}) == 5
    assert len(key()) == 16


def test_keys_never_change_between_releases() -> None:
    # What was imported once must be found again for ever.
    assert key().hex() == "3dc0ff28a4d84f8ca7108841cc16a1fd"
    assert key(CONTEXT, 1).hex() == "bf488b3a03b29736026b32d7c9e78f47"


def test_facts_are_what_a_reader_needs() -> None:
    found = facts(payment(), CONTEXT)
    assert (found.payer, found.payee, found.amount) == (OWN, None, 25_050)
    assert 0 <= found.fingerprint < 1 << 64
    into: RawRow = payment(ПлательщикСчет=THEIRS, ПолучательСчет=OWN, Сумма="нет")
    assert facts(into, {"own_accounts": [OWN]})[1:] == (None, OWN, None)
    assert facts(payment(ПолучательСчет=SECOND), TWO_ACCOUNTS)[1:] == (OWN, SECOND, 25_050)
    assert facts(payment(**STRANGERS), CONTEXT)[1:] == (None, None, 25_050)


def test_a_sum_that_may_be_cut_off_is_not_readable() -> None:
    assert facts(payment(_defect="document_truncated"), CONTEXT).amount is None
    assert facts(payment(_defect="document_too_long"), CONTEXT).amount is None
    assert facts(payment(_defect="nul_byte"), CONTEXT).amount == 25_050


def test_a_context_is_made_of_plain_json_once() -> None:
    assert Context.of(CONTEXT) is CONTEXT
    assert CONTEXT.sole == OWN
    assert TWO_ACCOUNTS.sole == ""
    assert key({"own_accounts": [OWN]}) == key()
