"""What a person has changed in a row of the file, told from what a spreadsheet has only rewritten."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from domain.errors import MalformedRow
from jobs.formats.error_file.cells import LONGEST_CELL, blank, safe, text_of, undone
from jobs.formats.numbers import day

_SHOWN = 200
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IN_POWERS = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
# Digits that a spreadsheet's number holds; what is behind them becomes zeros.
_HELD = 15


def changed(
    before: Mapping[str, Any], cells: Mapping[str, str], fault: str | None, page: str | None = None
) -> dict[str, Any]:
    """The fields that differ, with their new values; ``page`` is the code page that the file was saved in.

    A number or a day that is only written otherwise does not count, but in the field at fault, where it may
    be what was wrong. Raises MalformedRow: ``cell_spoiled`` (a spreadsheet has cut an account's digits or a
    code's zeros), ``cell_cut`` (the file holds only its beginning), ``cell_not_json`` (the field holds no
    text, and this is nothing of its sort).
    """
    found = {}
    for name, cell in cells.items():
        old = before.get(name)
        shown, new = text_of(old), undone(cell)
        if blank(new):
            new = ""
        if _is_untouched(shown, cell, page) or (not new and blank(shown)):
            continue
        if _is_spoiled(shown, new):
            raise MalformedRow("cell_spoiled", name, cell[:_SHOWN])
        if name != fault and _is_same(shown, new):
            continue
        if len(shown) == LONGEST_CELL:
            raise MalformedRow("cell_cut", name, cell[:_SHOWN])
        found[name] = _typed(name, old, new)
    return found


def told_in_value(shown: str | None, cell: str | None, page: str | None = None) -> bool:
    """Whether somebody has written into our own column ``value``, which only shows what was rejected."""
    return cell is not None and not _is_untouched(text_of(shown), cell, page) and not blank(undone(cell))


def _is_untouched(shown: str, cell: str, page: str | None) -> bool:
    if cell in (shown, safe(shown)):
        return True
    return page is not None and cell in (_in_page(shown, page), _in_page(safe(shown), page))


def _in_page(text: str, page: str) -> str:
    return text.encode(page, "replace").decode(page)


def _is_spoiled(old: str, new: str) -> bool:
    if not (old.isascii() and old.isdigit()):
        return False
    if new == old.lstrip("0"):
        return True
    if len(old) <= _HELD:
        return bool(_IN_POWERS.fullmatch(new)) and len(old) > _HELD - 4
    zeros = old[:_HELD] + "0" * (len(old) - _HELD)
    return bool(_IN_POWERS.fullmatch(new)) or (new == zeros and new != old)


def _is_same(old: str, new: str) -> bool:
    number, other = _number(old), _number(new)
    if number is not None and other is not None:
        return number == other
    return _day(old) is not None and _day(old) == _day(new)


def _number(text: str) -> Decimal | None:
    plain = "".join(text.split())
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def _day(text: str) -> date | None:
    if not _ISO.fullmatch(text):
        return day(text) if len(text) <= len("31.12.2025") else None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _typed(name: str, old: Any, new: str) -> Any:
    """A text stays a text, whatever it looks like."""
    if old is None or isinstance(old, str):
        return new
    try:
        value = orjson.loads(new)
    except orjson.JSONDecodeError as error:
        raise MalformedRow("cell_not_json", name, new[:_SHOWN]) from error
    if _sort(value) is not _sort(old):
        raise MalformedRow("cell_not_json", name, new[:_SHOWN])
    return value


def _sort(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
