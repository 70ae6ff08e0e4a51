"""Control totals over corrected rows: as if the statement had had them so, or less sure, never more."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from events.records import ControlTotal
from jobs.formats.client_bank import AccountSection, Facts, Totals, restated

A, B = "40702810000000000001", "40702810000000000002"
accounts = st.sampled_from([A, B, None])
rows = st.builds(Facts, st.just(0), accounts, accounts, st.none() | st.integers(0, 300))
sums = st.none() | st.integers(0, 500)
sections = st.builds(AccountSection, st.sampled_from([A, B]), sums, sums, sums, sums)


def totals(said: list[AccountSection], found: list[Facts]) -> list[tuple[str, ControlTotal]]:
    made = Totals()
    for one in found:
        made.add(one)
    return made.result(said, str)


@given(st.lists(sections, max_size=2), st.lists(st.tuples(rows, rows), max_size=5))
def test_it_says_what_the_mended_statement_would_say_or_less(
    said: list[AccountSection], found: list[tuple[Facts, Facts]]
) -> None:
    then, now = [row for row, _ in found], [row for _, row in found]
    changes = [(was, became) for was, became in found if was != became]
    told, wanted = dict(restated(totals(said, then), changes, str)), dict(totals(said, now))
    for account, total in wanted.items():
        mine = told[account]
        assert (mine.in_found, mine.out_found) == (total.in_found, total.out_found)
        for verdict in ("turnover", "closing"):
            assert getattr(mine, verdict) in (getattr(total, verdict), "unproven")
        if mine.account_ref in dict(totals(said, then)):
            assert mine.unreadable == total.unreadable
    for total in told.values():
        if not total.unreadable:
            assert "unproven" not in (total.turnover, total.closing)


def test_success_an_account_is_proven_when_its_last_unreadable_sum_is_corrected() -> None:
    section = AccountSection(A, opening=0, received=0, spent=700, closing=-700)
    first, second = Facts(0, A, None, None), Facts(0, A, None, 200)
    [(_, before)] = totals([section], [first, second])
    assert (before.turnover, before.closing) == ("unproven", "unproven")
    [(_, after)] = restated([(A, before)], [(first, Facts(0, A, None, 500))], str)
    assert (after.turnover, after.closing, after.out_found) == ("adds_up", "adds_up", Decimal(7))
    [(_, wrong)] = restated([(A, before)], [(first, Facts(0, A, None, 501))], str)
    assert (wrong.turnover, wrong.closing) == ("differs", "differs")


def test_one_of_two_unreadable_sums_proves_nothing() -> None:
    section = AccountSection(A, spent=700)
    unreadable = Facts(0, A, None, None)
    before = totals([section], [unreadable, unreadable])
    [(_, after)] = restated(before, [(unreadable, Facts(0, A, None, 700))], str)
    assert (after.turnover, after.unreadable) == ("unproven", 1)
