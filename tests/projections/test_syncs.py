"""The next sync goes on where the first gap of those before begins."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projections.queries.syncs import seen_until

DAY = date(2025, 1, 1)
periods = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 10)).map(
        lambda found: (DAY + timedelta(days=found[0]), DAY + timedelta(days=sum(found)))
    ),
    max_size=12,
)


def test_nothing_was_ever_synchronised() -> None:
    assert seen_until([]) is None


def test_a_later_day_does_not_hide_a_gap() -> None:
    march = date(2025, 3, 1), date(2025, 3, 31)
    november = date(2025, 11, 5), date(2025, 11, 5)
    assert seen_until([march, november]) == date(2025, 3, 31)


@given(periods)
def test_every_day_up_to_it_was_seen_and_the_next_one_was_not(
    found: list[tuple[date, date]],
) -> None:
    seen = {first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)}
    until = seen_until(sorted(found))
    if until is None:
        assert not seen
    else:
        assert {min(seen) + timedelta(days=n) for n in range((until - min(seen)).days + 1)} <= seen
        assert until + timedelta(days=1) not in seen
