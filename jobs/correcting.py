"""A rejected row with some of its fields changed: what may be, and what the whole row then is."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import orjson

from domain.errors import MalformedRow
from jobs.base import TOO_LARGE, Row
from jobs.formats.error_file import MARK

# Bytes of JSON: what a rejected row may have, so that the corrected one fits into a message too.
LARGEST_ROW = 500_000
MOST_FIELDS, LONGEST_NAME, DEEPEST = 500, 200, 10
# What the importer leaves of a row that no message can carry.
TRIMMED = "#trimmed"
_SHOWN = 200


def corrected_row(before: Mapping[str, Any], changes: Mapping[str, Any], known: Collection[str]) -> Row:
    """The whole row. Our own marks go: who corrects a document that was cut off vouches for it.

    ``known`` are fields that the row may have beside its own. Raises MalformedRow: ``correction_cut`` (only
    the beginning of the row is kept), ``correction_unchanged``, ``correction_field_unknown``,
    ``correction_value_unusable`` (no JSON that can be stored), ``correction_too_large``.
    """
    if TRIMMED in before or TOO_LARGE in before:
        raise MalformedRow("correction_cut")
    for name in changes:
        if name.startswith(MARK) or (name not in before and name not in known):
            raise MalformedRow("correction_field_unknown", name[:_SHOWN])
    row = {name: value for name, value in before.items() if not name.startswith(MARK)} | dict(changes)
    if (bad := next((name for name, value in row.items() if not _is_usable(value)), None)) is not None:
        raise MalformedRow("correction_value_unusable", bad)
    if all(name in before and before[name] == value for name, value in changes.items()):
        raise MalformedRow("correction_unchanged")
    if len(orjson.dumps(row)) > LARGEST_ROW:
        raise MalformedRow("correction_too_large", limit_kb=LARGEST_ROW // 1000)
    return row


def _is_usable(value: Any, depth: int = 0) -> bool:
    """What PostgreSQL and a message can hold, and give back as it is: no NUL, no half of a pair, no infinity;
    64-bit numbers, because PostgreSQL writes 1e22 as 23 digits."""
    match value:
        case None | bool():
            return True
        case str():
            return "\0" not in value and _is_unicode(value)
        case int() | float():
            return math.isfinite(value) and -(2**63) <= value < 2**63
        case list():
            return depth < DEEPEST and all(_is_usable(one, depth + 1) for one in value)
        case dict():
            return depth < DEEPEST and all(
                _is_usable(name) and _is_usable(one, depth + 1) for name, one in value.items()
            )
        case _:
            return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
