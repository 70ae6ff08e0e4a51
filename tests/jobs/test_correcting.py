"""A rejected row with some of its fields changed."""

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import MalformedRow
from jobs.correcting import LARGEST_ROW, corrected_row

ROW = {"Номер": "17", "Дата": "31.02.2025", "Части": [{"n": 1}], "_defect": "document_truncated"}
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
names = st.sampled_from([*ROW, "price", "Цвет"]) | st.text()


@settings(deadline=None)
@given(st.dictionaries(names, values, min_size=1))
def test_what_is_accepted_can_be_stored_and_changes_nothing_else(changes: dict[str, Any]) -> None:
    row: dict[str, Any] = {}
    with contextlib.suppress(MalformedRow):
        row = corrected_row(ROW, changes, {"price"})
    packed = orjson.dumps(row)
    assert orjson.loads(packed) == row
    assert b"\\u0000" not in packed
    assert {name for name in row if row[name] != ROW.get(name)} <= set(changes)
    assert set(row) <= {"Номер", "Дата", "Части", "price"}


def test_our_own_marks_go() -> None:
    assert corrected_row(ROW, {"Номер": "18"}, ()) == {
        "Номер": "18",
        "Дата": "31.02.2025",
        "Части": [{"n": 1}],
    }


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        (ROW, {"Цвет": "красный"}, "correction_field_unknown"),
        (ROW, {"_defect": ""}, "correction_field_unknown"),
        (ROW, {"Номер": "17"}, "correction_unchanged"),
        (ROW, {}, "correction_unchanged"),
        (ROW, {"Номер": "1\0"}, "correction_value_unusable"),
        (ROW, {"Номер": "\ud800"}, "correction_value_unusable"),
        (ROW, {"Номер": float("inf")}, "correction_value_unusable"),
        (ROW, {"Номер": 2**63}, "correction_value_unusable"),
        (ROW, {"Номер": 1e22}, "correction_value_unusable"),
        ({"Номер": "1", "Остаток": 10**22}, {"Номер": "2"}, "correction_value_unusable"),
        (ROW, {"Номер": object()}, "correction_value_unusable"),
        (ROW, {"Номер": "x" * LARGEST_ROW}, "correction_too_large"),
        ({"Номер": "1", "#trimmed": "1"}, {"Номер": "2"}, "correction_cut"),
        ({"#row_too_large": "1234567"}, {"Номер": "2"}, "correction_cut"),
    ],
)
def test_failing_what_a_row_cannot_become(before: dict[str, Any], changes: dict[str, Any], code: str) -> None:
    with pytest.raises(MalformedRow) as refused:
        corrected_row(before, changes, ())
    assert refused.value.code == code
