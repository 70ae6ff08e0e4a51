"""What touches a closed period: what changes something that is, was or would be booked in it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.closing import ClosedPeriod
from domain.undo import Standing, verdict
from events.records import VERDICTS

UNTIL = date(2025, 3, 31)
DAYS = st.dates(UNTIL - timedelta(days=5), UNTIL + timedelta(days=5))
STANDINGS = st.builds(Standing, **dict.fromkeys(Standing.__slots__, st.booleans()))


@given(st.sampled_from(VERDICTS), DAYS, st.none() | DAYS)
def test_rows_that_change_something_touch_it_by_the_day_they_had_or_get(
    said: str, new: date, old: date | None
) -> None:
    closed = min(new, old or new) <= UNTIL
    changes = said in {"created", "updated", "retracted"}
    assert ClosedPeriod(UNTIL).touched_by(said, new, old) == (closed and changes)


def test_the_day_itself_is_closed_and_the_next_is_not() -> None:
    assert ClosedPeriod(UNTIL).holds(UNTIL)
    assert not ClosedPeriod(UNTIL).holds(UNTIL + timedelta(days=1), None)


@given(STANDINGS, st.booleans())
def test_an_undo_leaves_what_is_closed_forced_or_not(row: Standing, force: bool) -> None:
    said = verdict(row, force=force)
    if row.mine and row.closed:
        assert (said.action, said.reason) == ("leave", "period_closed")
    else:
        assert said.reason != "period_closed"


@given(STANDINGS, st.booleans())
def test_with_a_reason_it_is_as_if_nothing_were_closed(row: Standing, force: bool) -> None:
    names = {name: getattr(row, name) for name in Standing.__slots__} | {"closed": False}
    assert verdict(row, force=force, override=True) == verdict(Standing(**names), force=force)
