"""Positions and cursors as people may hand them back."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.position import BadPosition, Position, parse_vector, vector_text
from projections.queries import paging


@given(st.dictionaries(st.integers(0, 11), st.integers(0, 2**62), max_size=12))
def test_a_vector_survives_its_text(vector: dict[int, int]) -> None:
    assert parse_vector(vector_text(vector)) == vector


@pytest.mark.parametrize("text", ["x", "1", "1:", ":1", "-1:3", "1:2:3", "1:" + "9" * 40, "٣:1x"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(BadPosition):
        parse_vector(text)


def test_one_position_reads_as_it_is_written() -> None:
    assert str(Position.parse("3:41")) == "3:41"


def test_a_cursor_survives_its_text() -> None:
    key = (datetime(2026, 3, 3, tzinfo=UTC), UUID(int=7))
    assert paging.decode(paging.encode(key), paging.moment, paging.identity) == key


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(paging.BadCursor):
        paging.decode(cursor, paging.moment, paging.identity)


@pytest.mark.parametrize("key", [[1], ["x", "y"], [2**63, 1], [None, None], [True, 1]])
def test_a_cursor_of_another_list_is_refused(key: list[object]) -> None:
    with pytest.raises(paging.BadCursor):
        paging.decode(paging.encode(key), paging.number, paging.number)


def test_a_persons_percent_sign_is_no_pattern() -> None:
    assert paging.like(r"50%_\ ") == r"%50\%\_\\ %"
