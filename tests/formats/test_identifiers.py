"""Control digits of ИНН and accounts; the numbers are public ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.formats.identifiers import (
    account_problem,
    currency_of,
    inn_problem,
    kpp_problem,
    with_control_digit,
    with_inn_control,
)
from tests.formats.statements import PATIENT


@pytest.mark.parametrize("inn", ["7707083893", "7830002293", "500100732259", "99999"])
def test_a_right_inn_has_no_problem(inn: str) -> None:
    assert inn_problem(inn) is None


@pytest.mark.parametrize(
    ("inn", "problem"),
    [
        ("7707083894", "inn_checksum"),
        ("500100732258", "inn_checksum"),
        ("500100732269", "inn_checksum"),
        ("770708389", "inn_length"),
        ("77070838931", "inn_length"),
        ("77070838AB", "inn_length"),
        ("٧٧٠٧٠٨٣٨٩٣", "inn_length"),
    ],
)
def test_a_wrong_inn_is_named(inn: str, problem: str) -> None:
    assert inn_problem(inn) == problem


@pytest.mark.parametrize(
    ("kpp", "problem"),
    [("770701001", None), ("7707AB001", None), ("77070100", "kpp_length"), ("77070100X", "kpp_malformed")],
)
def test_kpp_has_nine_characters(kpp: str, problem: str | None) -> None:
    assert kpp_problem(kpp) == problem


def test_the_control_digit_of_an_account_depends_on_the_bank() -> None:
    account = with_control_digit("40702810000000000777", "044525901")
    assert account_problem(account, "044525901") is None
    assert account_problem(account, "044525902") == "account_checksum"


def test_an_account_in_a_settlement_centre_takes_other_digits_of_the_bik() -> None:
    # Its key is computed over 0 and digits 5 and 6 of the БИК, here 025, instead of the last three.
    account = with_control_digit("40102810000000000001", "000000025")
    assert account_problem(account, "044525000") is None
    assert account_problem(account, "044030000") == "account_checksum"


@pytest.mark.parametrize(("account", "bik"), [("123", "044525901"), ("4" * 20, "1"), ("A" * 20, "044525901")])
def test_what_is_no_russian_account_is_not_judged(account: str, bik: str) -> None:
    assert account_problem(account, bik) is None


def test_an_account_names_its_currency() -> None:
    assert currency_of("40702810900000000001") == "RUB"
    assert currency_of("40702840900000000001") == "USD"
    assert currency_of("40702999900000000001") is None
    assert currency_of("KZ75125KZT1001300335") is None


@settings(PATIENT)
@given(st.text("0123456789", min_size=9, max_size=10))
def test_a_computed_inn_is_right(digits: str) -> None:
    assert inn_problem(with_inn_control(digits)) is None


@settings(PATIENT)
@given(st.text("0123456789", min_size=20, max_size=20), st.text("0123456789", min_size=9, max_size=9))
def test_a_computed_account_is_right(account: str, bik: str) -> None:
    assert account_problem(with_control_digit(account, bik), bik) is None
