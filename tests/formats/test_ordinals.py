"""The table of fingerprints is exact, small, and grows when a survey counted too few."""

import tracemalloc
from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.formats.client_bank import Ordinals
from tests.formats.statements import PATIENT


@settings(PATIENT)
@given(st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1))), st.integers(0, 100))
def test_it_counts_exactly(fingerprints: list[int], expected: int) -> None:
    ordinals, before = Ordinals(expected), Counter[int]()
    for fingerprint in fingerprints:
        # Zero and one share a place: one fingerprint in 2^63 may be taken for another.
        same = fingerprint or 1
        assert ordinals.seen(fingerprint) == before[same]
        before[same] += 1


def test_it_grows() -> None:
    ordinals, chance = Ordinals(0), Random(1)
    fingerprints = [chance.getrandbits(64) for _ in range(5_000)]
    assert [ordinals.seen(fingerprint) for fingerprint in fingerprints] == [0] * 5_000
    assert [ordinals.seen(fingerprint) for fingerprint in fingerprints] == [1] * 5_000


def test_places_that_meet_at_the_end_go_on_at_the_beginning() -> None:
    ordinals = Ordinals(0)
    size = 65
    colliding = [size * number + size - 1 for number in range(1, 200)]
    assert [ordinals.seen(fingerprint) for fingerprint in colliding] == [0] * 199
    assert [ordinals.seen(fingerprint) for fingerprint in colliding] == [1] * 199


def test_a_row_takes_twelve_bytes_at_most() -> None:
    rows, chance = 200_000, Random(1)
    tracemalloc.start()
    ordinals = Ordinals(rows)
    for _ in range(rows):
        ordinals.seen(chance.getrandbits(64))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held / rows < 12
