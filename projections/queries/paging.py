"""Pages by key: an opaque cursor says after which row the next page begins, so that none is skipped or
shown twice while rows are added in front."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson

MOST = 500
Key = tuple[Any, ...]
T = TypeVar("T")


class BadCursor(ValueError):
    """The cursor was not made by this list."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of what comes after them (None = nothing does)."""

    items: list[Any]
    next_cursor: str | None


def encode(key: Sequence[object]) -> str:
    """The key of a page's last row as an opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key), default=str)).decode().rstrip("=")


def decode(cursor: str, *kinds: Callable[[Any], object]) -> Key:
    """The key again, each part of its kind; raises BadCursor for anything else."""
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise BadCursor(cursor)
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, OverflowError, AttributeError, binascii.Error) as error:
        raise BadCursor(cursor) from error


def moment(value: object) -> datetime:
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def day(value: object) -> date:
    return date.fromisoformat(str(value))


def number(value: object) -> int:
    """A whole number that PostgreSQL's bigint holds."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError("not a number")
    return value


def identity(value: object) -> UUID:
    return UUID(str(value))


def page(found: list[T], limit: int, key: Callable[[T], Sequence[object]]) -> Page:
    """Cut what was asked for one too many."""
    items = found[:limit]
    return Page(items, encode(key(items[-1])) if len(found) > limit else None)


def like(words: str) -> str:
    """The words anywhere in a text, for ILIKE; what a person types is no pattern."""
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
