"""A statement adds up, or it is said which account does not, and whether that can be known at all."""

from datetime import date
from decimal import Decimal

import pytest

from events.records import ControlTotal
from jobs.formats.client_bank import AccountSection, Facts, RawRow, Totals, facts
from jobs.formats.client_bank.sections import merge
from tests.formats.statements import OWN, SECOND, SECTION, TWO_ACCOUNTS, document, parse, payment, statement

STATED = AccountSection(OWN, opening=100_000, received=40_000, spent=25_050, closing=114_950)


def judged(
    sections: list[AccountSection], *rows: RawRow, account: str = OWN
) -> tuple[ControlTotal, tuple[str, str]]:
    """The control total of an account over some rows, and its two verdicts."""
    totals = Totals()
    for row in rows:
        totals.add(facts(row, TWO_ACCOUNTS))
    found = dict(totals.result(sections, lambda number: f"ref-{number[-1]}"))[account]
    return found, (found.turnover, found.closing)


def incoming(**fields: str) -> RawRow:
    return payment(**{"ПлательщикСчет": "1", "ПолучательСчет": OWN, "Сумма": "400.00"} | fields)


def test_a_statement_adds_up() -> None:
    found, verdicts = judged([STATED], payment(), incoming())
    assert verdicts == ("adds_up", "adds_up")
    assert found == ControlTotal(
        account_ref="ref-1",
        opening_stated=Decimal("1000.00"),
        in_stated=Decimal("400.00"),
        out_stated=Decimal("250.50"),
        closing_stated=Decimal("1149.50"),
        in_found=Decimal("400.00"),
        out_found=Decimal("250.50"),
        turnover="adds_up",
        closing="adds_up",
    )


def test_one_kopeck_is_a_difference() -> None:
    assert judged([STATED], payment(Сумма="250.51"), incoming())[1] == ("differs", "differs")


def test_turnover_and_closing_are_judged_apart() -> None:
    wrong_turnover = AccountSection(OWN, 100_000, 40_001, 25_050, 114_950)
    wrong_closing = AccountSection(OWN, 100_000, 40_000, 25_050, 114_951)
    assert judged([wrong_turnover], payment(), incoming())[1] == ("differs", "adds_up")
    assert judged([wrong_closing], payment(), incoming())[1] == ("adds_up", "differs")


@pytest.mark.parametrize(
    ("section", "verdicts"),
    [
        (AccountSection(OWN), ("not_stated", "not_stated")),
        (AccountSection(OWN, received=40_000), ("adds_up", "not_stated")),
        (AccountSection(OWN, spent=1), ("differs", "not_stated")),
        (AccountSection(OWN, opening=0, closing=14_950), ("not_stated", "adds_up")),
        (AccountSection(OWN, opening=0), ("not_stated", "not_stated")),
        (AccountSection(OWN, closing=0), ("not_stated", "not_stated")),
    ],
)
def test_what_is_not_stated_is_not_judged(section: AccountSection, verdicts: tuple[str, str]) -> None:
    assert judged([section], payment(), incoming())[1] == verdicts


def test_an_account_without_a_section_is_reported_with_what_was_found() -> None:
    found, verdicts = judged([], payment())
    assert (found.out_found, verdicts) == (Decimal("250.50"), ("not_stated", "not_stated"))


def test_an_account_without_documents_is_reported_too() -> None:
    section = AccountSection(OWN, 5, 0, 0, 5)
    assert judged([section])[1] == ("adds_up", "adds_up")


def test_rejected_rows_count_where_their_sum_can_be_read() -> None:
    rows = payment(Дата="31.02.2025"), incoming(_defect="nul_byte")
    assert judged([STATED], *rows)[1] == ("adds_up", "adds_up")


@pytest.mark.parametrize(
    "spoilt", [{"Сумма": ""}, {"Сумма": "1" + "0" * 20}, {"_defect": "document_truncated"}]
)
def test_an_unreadable_sum_leaves_its_account_unproven(spoilt: dict[str, str]) -> None:
    found, verdicts = judged([STATED], payment(), incoming(**spoilt))
    assert (found.unreadable, verdicts) == (1, ("unproven", "unproven"))
    assert judged([AccountSection(OWN)], payment(**spoilt))[1] == ("not_stated", "not_stated")


def test_an_unreadable_sum_does_not_touch_other_accounts() -> None:
    second = AccountSection(SECOND, 0, 0, 25_050, -25_050)
    rows = payment(Сумма=""), payment(ПлательщикСчет=SECOND)
    assert judged([STATED, second], *rows, account=SECOND)[1] == ("adds_up", "adds_up")


def test_a_transfer_counts_for_both_accounts() -> None:
    transfer = payment(ПолучательСчет=SECOND)
    assert judged([], transfer)[0].out_found == Decimal("250.50")
    assert judged([], transfer, account=SECOND)[0].in_found == Decimal("250.50")
    unreadable = payment(ПолучательСчет=SECOND, Сумма="")
    assert [judged([], unreadable, account=account)[0].unreadable for account in (OWN, SECOND)] == [1, 1]


def test_a_transfer_to_the_same_account_counts_once_as_unreadable() -> None:
    assert judged([], payment(ПолучательСчет=OWN, Сумма=""))[0].unreadable == 1


def test_a_row_of_no_known_account_may_be_the_difference() -> None:
    stranger = payment(ПлательщикСчет="1")
    assert judged([STATED], payment(), stranger)[1] == ("unproven", "unproven")
    found, verdicts = judged([STATED], payment(), incoming(), stranger)
    assert (found.unreadable, verdicts) == (1, ("adds_up", "adds_up"))
    unreadable = payment(ПлательщикСчет="1", Сумма="")
    assert judged([STATED], payment(), incoming(), unreadable)[1] == ("unproven", "unproven")


def test_totals_take_facts_alone() -> None:
    totals = Totals()
    totals.add(Facts(1, OWN, None, 5))
    assert [account for account, _ in totals.result([], str)] == [OWN]


def daily(day: int, opening: int, received: int, spent: int) -> AccountSection:
    on = date(2025, 3, day)
    return AccountSection(OWN, opening, received, spent, opening + received - spent, on, on)


FIRST, SECOND_DAY, THIRD = daily(1, 100, 50, 0), daily(2, 150, 0, 30), daily(3, 120, 0, 0)
MONTH = AccountSection(OWN, 100, 50, 30, 120, date(2025, 3, 1), date(2025, 3, 3))


@pytest.mark.parametrize(
    "sections",
    [
        [FIRST, SECOND_DAY, THIRD],
        [THIRD, SECOND_DAY, FIRST],
        [MONTH, FIRST, SECOND_DAY, THIRD],
        [FIRST, SECOND_DAY, THIRD, MONTH],
        [MONTH],
        [MONTH, MONTH],
    ],
)
def test_a_section_per_day_is_one_account(sections: list[AccountSection]) -> None:
    assert merge(sections) == {OWN: MONTH}


def test_without_dates_sections_are_taken_as_they_come() -> None:
    twice = [AccountSection(OWN, 100, 5, 5, 100), AccountSection(OWN, 100, 5, 5, 100)]
    assert merge(twice) == {OWN: AccountSection(OWN, 100, 10, 10, 100)}


def test_a_day_that_says_nothing_leaves_the_turnover_unsaid() -> None:
    assert merge([FIRST, AccountSection(OWN, closing=7)])[OWN].received is None


def test_a_statement_with_a_section_a_day_adds_up() -> None:
    first = SECTION.replace("31.03.2025", "01.03.2025")
    second = (
        SECTION.replace("01.03.2025", "02.03.2025")
        .replace("=1000.00", "=749.50")
        .replace("=749.50\nК", "=499.00\nК")
    )
    _, rows, sections = parse(statement(first, document(), second, document()))
    assert judged(sections, *rows)[1] == ("adds_up", "adds_up")
