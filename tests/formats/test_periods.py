"""Which days of which own accounts a statement speaks of."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.client_bank import AccountSection, FileSurvey, periods
from tests.formats.statements import END, OWN, SECOND, SECTION, parse, statement

MARCH = date(2025, 3, 1), date(2025, 3, 31)


def survey(*accounts: str, days: tuple[date | None, date | None] = MARCH) -> FileSurvey:
    return FileSurvey("utf-8", 0, accounts, date_from=days[0], date_to=days[1])


def section(
    account: str = OWN, first: int | None = None, last: int | None = None, **balances: int
) -> AccountSection:
    return AccountSection(
        account,
        date_from=date(2025, 3, first) if first else None,
        date_to=date(2025, 3, last) if last else None,
        **balances,
    )


def said(found: list[AccountSection]) -> list[tuple[str, int, int, int | None, int | None]]:
    assert all(one.date_from and one.date_to for one in found)
    return [
        (one.account, one.date_from.day, one.date_to.day, one.opening, one.closing)  # type: ignore[union-attr]
        for one in found
    ]


def test_the_section_of_the_whole_period_is_told_once() -> None:
    found, _, sections = parse(statement(SECTION, END))
    assert said(periods(found, sections)) == [(OWN, 1, 31, 100000, 74950)]


def test_a_section_a_day_and_the_period_of_the_header_around_them() -> None:
    days = [section(first=5, last=5, opening=1, closing=2), section(first=7, opening=2, closing=9)]
    assert said(periods(survey(OWN), days)) == [(OWN, 5, 5, 1, 2), (OWN, 7, 7, 2, 9), (OWN, 1, 31, 1, 9)]


def test_an_account_without_a_section_has_the_days_of_the_header_and_no_balances() -> None:
    assert said(periods(survey(OWN, SECOND), [section(first=1, last=31, opening=1, closing=1)])) == [
        (OWN, 1, 31, 1, 1),
        (SECOND, 1, 31, None, None),
    ]


def test_sections_without_days_have_those_of_the_header() -> None:
    days = [section(opening=1, closing=4), section(opening=4, closing=6)]
    assert said(periods(survey(OWN), days)) == [(OWN, 1, 31, 1, 6)]


def test_a_header_that_does_not_fit_says_nothing() -> None:
    april = date(2025, 4, 1), date(2025, 4, 30)
    day = section(first=5, last=5, opening=1, closing=2)
    assert said(periods(survey(OWN, days=april), [day])) == [(OWN, 5, 5, 1, 2)]
    assert periods(survey(OWN, days=(None, None)), [section(opening=1)]) == []
    assert periods(survey(OWN, days=(MARCH[1], MARCH[0])), []) == []
    assert periods(survey(), [section("", 5, 5)]) == []
    assert periods(survey(OWN, days=(None, None)), [section(first=7, last=5)]) == []


numbers = st.integers(1, 31)


@given(st.lists(st.tuples(st.sampled_from([OWN, SECOND, ""]), numbers, numbers), max_size=8))
def test_days_never_run_backwards_and_always_have_an_account(found: list[tuple[str, int, int]]) -> None:
    for one in periods(survey(OWN), [section(*each) for each in found]):
        assert one.account
        assert one.date_from is not None
        assert one.date_to is not None
        assert one.date_from <= one.date_to
