"""Values as 1C's OData writes them. Everything here is read leniently and never raises for a value.

Int64 comes as a string, Int32 and Double as numbers, money as Double (parsed as Decimal, so that
0.1 stays 0.1), strings of fixed length are padded with spaces, any of them may be null.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
_TYPE_PREFIX = "StandardODATA."
_REF = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
# Plain ASCII decimals only: Decimal() itself also takes "1_000", "NaN" and Arabic digits.
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")


def loads(body: bytes) -> Any:
    """JSON from 1C; raises ValueError. Control characters inside strings happen and are kept."""
    return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse, strict=False)


def text(value: Any) -> str:
    """A string without its padding; null is empty."""
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).strip()


def ref(value: Any) -> str | None:
    """A reference in lower case, or None where it is empty, null or none at all."""
    found = value.strip().lower() if isinstance(value, str) else ""
    return found if _REF.fullmatch(found) and found != EMPTY_REF else None


def composite(value: Any, kind: Any) -> tuple[str, str] | None:
    """A reference of a composite type as (entity set, reference); None where undefined or empty."""
    entity, found = text(kind).removeprefix(_TYPE_PREFIX), ref(value)
    return (entity, found) if found and entity not in ("", "Undefined") else None


def moment(value: Any) -> datetime | None:
    """1C's local date and time, without a zone; None for the empty date (year 1) and for nonsense."""
    if not _MOMENT.fullmatch(text(value)):
        return None
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return None if found.year == 1 else found


def moment_problem(said: str) -> str:
    """Why ``moment`` gave None: the code of a rejected row."""
    if not said or said.startswith("0001-"):
        return "date_missing"
    return "date_impossible" if _MOMENT.fullmatch(said) else "date_malformed"


def number(value: Any) -> Decimal | None:
    """A number, whether it came as a number or as a string; None where it is neither."""
    if isinstance(value, bool) or not _NUMBER.fullmatch(text(value)):
        return None
    return Decimal(text(value))


def integer(value: Any) -> int | None:
    """An Int64, which 1C writes as a string, or an Int16 or Int32, which it writes as a number."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def number_text(value: Any) -> Any:
    """A number as plain decimal text, never with an exponent; what is none stays as it came."""
    found = number(value)
    return plain(value) if found is None else format(found, "f")


def plain(value: Any) -> Any:
    """The same value with every Decimal as a string, so that JSON keeps it exactly."""
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return {name: plain(item) for name, item in value.items() if "@" not in name}
        case list():
            return [plain(item) for item in value]
        case str():
            return value.strip()
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
