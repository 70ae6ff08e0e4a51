"""Which days are covered, and where balances do not meet: whatever order statements come in."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.coverage import MOST_TASKS, Day, Statement, coverage

MARCH = date(2025, 3, 1)
LAST = date(2025, 4, 9)


def day(number: int) -> date:
    return MARCH + timedelta(days=number - 1)


def statement(
    task: str, first: int, last: int, opening: int | None = None, closing: int | None = None
) -> Statement:
    return Statement(
        task,
        day(first),
        day(last),
        None if opening is None else Decimal(opening),
        None if closing is None else Decimal(closing),
    )


def shown(found: list[Day]) -> dict[int, tuple[str, Decimal | None]]:
    return {(one.day - MARCH).days + 1: (one.status, one.difference) for one in found}


def statuses(*statements: Statement, documents: dict[int, int] | None = None) -> dict[int, str]:
    counted = {day(number): count for number, count in (documents or {}).items()}
    return {
        number: status for number, (status, _) in shown(coverage(statements, counted, MARCH, LAST)).items()
    }


def test_a_day_with_documents_is_loaded_and_one_without_is_empty() -> None:
    assert statuses(statement("a", 2, 4), documents={3: 7}) == {2: "empty", 3: "loaded", 4: "empty"}


def test_without_statements_there_is_nothing_to_say() -> None:
    assert coverage([], {MARCH: 3}, MARCH, LAST) == []


def test_days_between_two_statements_are_a_gap_and_their_balances_say_what_is_missing() -> None:
    before, after = statement("a", 1, 2, 100, 150), statement("b", 5, 6, 150, 90)
    found = coverage([before, after], {}, MARCH, LAST)
    assert [one.status for one in found] == ["empty", "empty", "gap", "gap", "empty", "empty"]
    assert [one.difference for one in found] == [None, None, Decimal(0), Decimal(0), None, None]
    moved = coverage([before, statement("b", 5, 6, 120, 90)], {}, day(3), day(3))
    assert [(one.status, one.difference) for one in moved] == [("gap", Decimal(-30))]
    unknown = coverage([before, statement("b", 5, 6)], {}, day(3), day(3))
    assert [(one.status, one.difference) for one in unknown] == [("gap", None)]


def test_a_sync_with_1c_fills_a_gap() -> None:
    assert "gap" not in statuses(statement("a", 1, 2), statement("b", 5, 6), statement("c", 1, 6)).values()


def test_a_closing_balance_that_is_not_the_next_opening_breaks_the_next_day() -> None:
    found = shown(coverage([statement("a", 1, 2, 100, 150), statement("b", 3, 4, 145, 90)], {}, MARCH, LAST))
    assert found[3] == ("balance_break", Decimal(-5))
    assert [status for number, (status, _) in found.items() if number != 3] == ["empty"] * 3


def test_a_newer_statement_of_the_same_days_replaces_the_older_one() -> None:
    wrong, right = statement("b", 3, 4, 145, 90), statement("c", 3, 4, 150, 95)
    first, last = statement("a", 1, 2, 100, 150), statement("d", 5, 6, 95, 95)
    assert set(statuses(first, wrong, right, last).values()) == {"empty"}


def test_a_statement_made_at_noon_is_followed_by_one_of_the_whole_day() -> None:
    noon, whole = statement("a", 1, 3, 100, 110), statement("b", 3, 4, 105, 130)
    evening = statement("c", 4, 5, 125, 140)
    assert set(statuses(noon, whole, evening).values()) == {"empty"}


def test_a_statement_without_balances_replaces_none() -> None:
    found = statuses(statement("a", 1, 2, 1, 2), statement("b", 3, 4, 3, 4), statement("z", 1, 4))
    assert found[3] == "balance_break"


def test_two_statements_that_begin_on_one_day_with_other_balances_are_a_break() -> None:
    found = shown(coverage([statement("a", 1, 9, 100, 100), statement("b", 1, 3, 70, 70)], {}, MARCH, LAST))
    assert found[1] == ("balance_break", Decimal(-30))


def test_sections_of_one_file_are_held_against_each_other() -> None:
    month = [statement("a", 1, 3, 100, 130), statement("a", 1, 1, 100, 110), statement("a", 2, 3, 115, 130)]
    assert shown(coverage(month, {}, MARCH, LAST))[2] == ("balance_break", Decimal(5))


def test_only_the_newest_tasks_are_named() -> None:
    found = coverage([statement(f"{n:02d}", 1, 1) for n in range(20)], {}, MARCH, LAST)
    assert found[0].tasks == tuple(f"{n:02d}" for n in range(19, 19 - MOST_TASKS, -1))


periods = st.tuples(st.integers(1, 40), st.integers(0, 12))
amounts = st.one_of(st.none(), st.integers(-3, 3))
statements = st.lists(
    st.builds(
        lambda task, period, opening, closing: statement(
            task, period[0], min(40, sum(period)), opening, closing
        ),
        st.sampled_from("abcdef"),
        periods,
        amounts,
        amounts,
    ),
    max_size=10,
)
movements = st.lists(st.integers(-50, 50), min_size=40, max_size=40)


@given(statements, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(found: list[Statement], chance: object) -> None:
    shuffled = [*found, *found[:3]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert coverage(shuffled, {}, MARCH, LAST) == coverage(found, {}, MARCH, LAST)


@given(statements, st.sets(st.integers(1, 40)))
def test_every_day_between_the_first_and_the_last_has_the_status_it_should(
    found: list[Statement], documents: set[int]
) -> None:
    said = coverage(found, {day(number): 2 for number in documents}, MARCH, LAST)
    covered = {day(n) for n in range(1, 41) if any(one.day_from <= day(n) <= one.day_to for one in found)}
    if not covered:
        assert said == []
        return
    assert [one.day for one in said] == [
        day(n) for n in range(1, 41) if min(covered) <= day(n) <= max(covered)
    ]
    for one in said:
        assert (one.status == "gap") == (one.day not in covered) == (one.tasks == ())
        if one.status in ("loaded", "empty"):
            assert (one.status == "loaded") == (one.documents > 0)
            assert one.difference is None
        if one.status == "balance_break":
            assert one.difference


@given(movements, st.lists(periods, min_size=1, max_size=8))
def test_statements_of_one_truth_never_break(moved: list[int], spans: list[tuple[int, int]]) -> None:
    told = [
        statement(str(place), first, last, sum(moved[: first - 1]), sum(moved[:last]))
        for place, (first, more) in enumerate(spans)
        for last in (min(40, first + more),)
    ]
    for one in coverage(told, {}, MARCH, LAST):
        assert one.status != "balance_break"
        if one.status == "gap":
            before = max(s.day_to for s in told if s.day_to < one.day)
            after = min(s.day_from for s in told if s.day_from > one.day)
            assert one.difference == sum(moved[(before - MARCH).days + 1 : (after - MARCH).days])


@given(movements, st.integers(2, 39), st.integers(1, 99))
def test_what_is_missing_between_two_statements_is_named_to_the_rouble(
    moved: list[int], cut: int, missing: int
) -> None:
    first = statement("a", 1, cut, 0, sum(moved[:cut]))
    second = statement("b", cut + 1, 40, sum(moved[:cut]) + missing, 0)
    found = shown(coverage([second, first], {}, MARCH, LAST))
    assert found.pop(cut + 1) == ("balance_break", Decimal(missing))
    assert {status for status, _ in found.values()} == {"empty"}
