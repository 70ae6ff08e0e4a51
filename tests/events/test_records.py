"""The values that several events carry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.records import VERDICTS, Counts
from events.tasks import TaskBatchImported
from tests.events.samples import TOTALS

counts = st.builds(Counts, **{verdict: st.integers(0, 10**7) for verdict in VERDICTS})


@settings(deadline=None)
@given(counts, counts)
def test_counts_are_added_verdict_by_verdict(one: Counts, other: Counts) -> None:
    both = one + other
    assert both == other + one
    assert both.total == one.total + other.total
    assert both.created == one.created + other.created


def test_the_seven_verdicts_are_all_there_are() -> None:
    assert tuple(Counts.model_fields) == VERDICTS
    assert TOTALS.total == 28


def test_a_batch_says_its_counts_as_counts() -> None:
    batch = TaskBatchImported(attempt=1, batch_no=1, rows=28, elapsed_ms=1, worker="w", **TOTALS.model_dump())
    assert batch.counts == TOTALS


def test_no_verdict_is_below_zero() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Counts(created=-1)
