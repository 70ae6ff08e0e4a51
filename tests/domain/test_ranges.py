"""Ranges are a set of numbers, whatever the order they come in."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ranges import Ranges

numbers = st.lists(st.integers(min_value=1, max_value=60))


@settings(deadline=None)
@given(numbers)
def test_ranges_hold_exactly_what_was_added(added: list[int]) -> None:
    ranges = Ranges.of(added)
    assert {n for n in range(62) if n in ranges} == set(added)
    assert len(ranges) == len(set(added))


@settings(deadline=None)
@given(numbers)
def test_ranges_are_as_short_as_can_be(added: list[int]) -> None:
    spans = Ranges.of(added).spans
    assert all(first <= last for first, last in spans)
    assert all(before[1] + 1 < after[0] for before, after in itertools.pairwise(spans))


@settings(deadline=None)
@given(numbers)
def test_ranges_cover_a_count_when_nothing_is_missing_or_beyond(added: list[int]) -> None:
    ranges = Ranges.of(added)
    for count in range(62):
        assert ranges.covers(count) == (set(added) == set(range(1, count + 1)))


def test_a_number_that_is_there_already_changes_nothing() -> None:
    ranges = Ranges.of([1, 2, 3])
    assert ranges.add(2) is ranges


def test_ten_thousand_batches_in_any_order_are_one_span() -> None:
    scattered = [*range(1, 10_001, 2), *range(2, 10_001, 2)]
    assert Ranges.of(scattered).spans == ((1, 10_000),)
