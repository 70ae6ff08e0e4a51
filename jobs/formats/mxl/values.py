"""What stands in a cell of 8.x: the exact number where there is one, else the text that a person sees."""

import re

from jobs.formats.mxl.scanning import Value

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_TYPES = frozenset("SNDB")


def typed(kind: str, value: str, text: str) -> str:
    """A number as 1C keeps it, whatever its format shows (``29 120,00`` is ``29120``); anything else as it
    is shown, and only where nothing is shown the value: a date as ``2025-03-03``, Да or Нет for a flag."""
    if kind == "N" and _NUMBER.fullmatch(value):
        return value
    if text or kind not in _TYPES:
        return text
    if kind == "D" and (found := _DATE.fullmatch(value)):
        day, time = "-".join(found.groups()[:3]), ":".join(found.groups()[3:])
        return day if time == "00:00:00" else f"{day} {time}"
    if kind == "B":
        return {"1": "Да", "0": "Нет"}.get(value, value)
    return value


def shown(cell: list[Value], language: str) -> str:
    """The text of a cell that was taken apart: ``{mask, format, …}``, where of the members only a typed
    value (``{"N",1.5}``) and a text (``{1, n, {language, text} × n}``) matter."""
    kind = value = text = ""
    for member in cell[2:]:
        if not isinstance(member, list) or not member:
            continue
        first, *rest = member
        if first == "1":
            text = _in_language(rest[1:], language) or text
        elif isinstance(first, str) and first in _TYPES and rest and isinstance(rest[0], str) and not kind:
            kind, value = first, rest[0]
    return typed(kind, value, text) if kind else text


def _in_language(pairs: list[Value], language: str) -> str:
    """Russian, else the sheet's own language, else the first there is."""
    texts: dict[str, str] = {}
    for pair in pairs:
        if isinstance(pair, list) and len(pair) == 2:
            name, text = pair
            if isinstance(name, str) and isinstance(text, str):
                texts.setdefault(name, text)
    for wanted in ("ru", language, "#"):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")
