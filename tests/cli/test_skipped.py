"""Why rows were skipped, from the counts of a task and its attempts."""

from typing import Any

import pytest

from cli.skipped import reasons


@pytest.mark.parametrize(
    ("kind", "params", "whole", "by_reader", "found"),
    [
        ("contractors", {}, 7, 5, {"folders": 5, "never_loaded": 2}),
        ("bank_transactions", {"date_from": "2025-03-01"}, 2, 0, {"never_loaded": 2}),
        ("stock_import", {"file_name": "a.xlsx"}, 3, 3, {"groups": 3}),
        ("contractors", {"file_name": "a.xlsx"}, 0, 0, {}),
        ("recalculate", {}, 9, 0, {}),
    ],
)
def test_each_reason_is_counted(
    kind: str, params: dict[str, str], whole: int, by_reader: int, found: dict[str, int]
) -> None:
    task: dict[str, Any] = {"kind": kind, "params": params, "counts": {"skipped": whole}}
    assert reasons(task, [{"skipped": by_reader}, {"skipped": 0}]) == found
