"""What stands in a cell of a price desk's file, read or refused by its field."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from domain.errors import MalformedRow
from jobs.formats import numbers
from jobs.prices.matching import matched

LONGEST = 200
# numeric(20,6): fourteen digits before the point.
_WHOLE_DIGITS, _DECIMALS = 14, 6
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009\t'")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T][\d:.]+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,30})?([eE][+-]?\d{1,2})?|[+-]?\.\d{1,30}", re.ASCII)
_THREE_LETTERS = re.compile(r"[A-Z]{3}")
# What a spreadsheet shows where a formula has failed; in Russian #ДЕЛ/0! for #DIV/0! and so on.
_ERRORS = frozenset(
    (
        *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
        *("#Н/Д", "#ССЫЛКА!", "#ДЕЛ/0!", "#ЗНАЧ!", "#ИМЯ?", "#ЧИСЛО!", "#ПУСТО!"),
    )
)
_NO_VALUES = frozenset("=#")
_CURRENCIES = {
    **dict.fromkeys(("РУБ", "РУБ.", "RUR", "₽", "643", "810", "РОССИЙСКИЙ РУБЛЬ"), "RUB"),
    **dict.fromkeys(("$", "840", "ДОЛЛ.", "ДОЛЛАР США"), "USD"),
    **dict.fromkeys(("€", "978", "ЕВРО"), "EUR"),
    **dict.fromkeys(("¥", "156", "ЮАНЬ"), "CNY"),
}

Cells = Mapping[str, Any]


def text(row: Cells, field: str) -> str:
    """Trimmed; empty where there is nothing. Raises MalformedRow beyond 200 characters."""
    value = row.get(field)
    if not value:
        return ""
    found = str(value).strip()
    if len(found) > LONGEST:
        raise MalformedRow("value_too_long", field, found[:LONGEST], limit=LONGEST)
    if "\0" in found or "\ufffd" in found:
        raise MalformedRow("value_unreadable", field, found.replace("\0", "?"))
    if found[:1] in _NO_VALUES:
        _refuse_formula(field, found)
    return found


def _refuse_formula(field: str, found: str) -> None:
    if found.startswith("="):
        raise MalformedRow("formula_without_value", field, found)
    if found.upper() in _ERRORS:
        raise MalformedRow("cell_error", field, found)


def needed(row: Cells, field: str) -> str:
    """A text that must be there."""
    found = text(row, field)
    if not found:
        raise MalformedRow("value_missing", field, found)
    return found


def decimal(row: Cells, field: str) -> Decimal | None:
    """``29 120,00``, ``1234.5``, ``0,37``: spaces group, of two kinds of signs the last is the point. Six
    decimals are kept; None where the cell is empty."""
    found = text(row, field)
    if not found:
        return None
    value = _decimal(found)
    if value is None:
        raise MalformedRow("number_malformed", field, found)
    return value


def positive(row: Cells, field: str, *, zero: bool = False) -> Decimal | None:
    """A number above zero, or not below it; None where the cell is empty."""
    value = decimal(row, field)
    if value is not None and (value < 0 or (value == 0 and not zero)):
        raise MalformedRow("number_negative" if zero else "number_not_positive", field, text(row, field))
    return value


@lru_cache(maxsize=4096)
def _decimal(found: str) -> Decimal | None:
    plain = found.translate(_SPACES).replace("\u2212", "-")
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        plain = plain.replace("." if comma > point else ",", "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1:
        return None
    if not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain)
    if value.adjusted() >= _WHOLE_DIGITS:
        return None
    return round(value, _DECIMALS)


def day(row: Cells, field: str) -> date | None:
    """``03.03.2025`` or ``2025-03-03``, a time behind it ignored; None where the cell is empty."""
    found = text(row, field)
    if numbers.no_date(found):
        return None
    iso = _ISO.fullmatch(found)
    if iso is not None:
        try:
            return date.fromisoformat(iso[1])
        except ValueError as error:
            raise MalformedRow("date_impossible", field, found) from error
    value = numbers.day(found)
    if value is None:
        raise MalformedRow(numbers.date_problem(found), field, found)
    return value


def currency(row: Cells, field: str, default: str) -> str:
    """Three letters, or what 1C and people write for them."""
    found = matched(text(row, field))
    if not found:
        return default
    found = _CURRENCIES.get(found, found)
    if not _THREE_LETTERS.fullmatch(found):
        raise MalformedRow("currency_unknown", field, text(row, field))
    return found


def one_of(row: Cells, field: str, names: Mapping[str, str]) -> str | None:
    """One of the words that ``names`` knows, in capitals; None where the cell is empty."""
    found = text(row, field)
    if not found:
        return None
    if (known := names.get(matched(found))) is None:
        raise MalformedRow("word_unknown", field, found)
    return known
