"""Codes become words in the reader's language, when somebody reads them and not before.

A template names arguments in braces: ``{file}``; ``{rows|строка|строки|строк}`` is a number with the
plural form that belongs to it (English has two forms). Numbers are grouped as the language does. An
argument that has words itself (``found.zip`` for ``{found}``) is said in them.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial
from importlib.resources import files
from typing import Literal

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")
DEFAULT: Language = "en"

_HOLE = re.compile(r"\{(\w+)((?:\|[^|{}]*)*)\}")
_NBSP = "\u00a0"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_ACCEPTED = 20


def word(code: str, args: Mapping[str, object] | None = None, language: Language = DEFAULT) -> str:
    """The sentence for a code; one that nobody has worded yet is shown as it is, with its arguments."""
    args = args or {}
    for known in (language, *LANGUAGES):
        template = words(known).get(code)
        if template is not None:
            return _HOLE.sub(partial(_filled, args=args, language=known), template)
    return " · ".join([code, *(f"{name}: {value}" for name, value in sorted(args.items()))])


def has_words(code: str, language: Language) -> bool:
    return code in words(language)


@lru_cache(maxsize=len(LANGUAGES))
def words(language: Language) -> Mapping[str, str]:
    """Everything that can be said in one language, by code."""
    source = files("infra").joinpath("words", f"{language}.json")
    found: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return found


def language_of(accept_language: str | None) -> Language:
    """The reader's language by ``Accept-Language``: the one of ours with the highest weight."""
    best: tuple[float, Language] = (0.0, DEFAULT)
    for part in (accept_language or "").split(",")[:_MOST_ACCEPTED]:
        name, _, parameter = part.strip().partition(";")
        for known in LANGUAGES:
            if name.strip().lower().split("-")[0] == known and _weight(parameter) > best[0]:
                best = (_weight(parameter), known)
    return best[1]


def number(value: int | float, language: Language) -> str:
    """``1 234 567`` with no-break spaces in Russian, ``1,234,567`` in English."""
    grouped = f"{value:,}"
    if language == "en":
        return grouped
    return grouped.replace(",", _NBSP).replace(".", ",").replace("-", "\u2212")


def day(value: date, language: Language) -> str:
    """``03.03.2025`` or ``3 Mar 2025``; a booking date has no zone and gets none."""
    if language == "ru":
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def days(first: date, last: date, language: Language) -> str:
    """A period, both days included: ``1 Mar 2025 – 31 Mar 2025``."""
    return day(first, language) if first == last else f"{day(first, language)} – {day(last, language)}"


def plural(count: int, forms: list[str], language: Language) -> str:
    """The form for a count: two in English, three in Russian (строка, строки, строк)."""
    if language == "en" or len(forms) < 3:
        return forms[0] if abs(count) == 1 else forms[-1]
    last, tens = abs(count) % 10, abs(count) % 100
    if last == 1 and tens != 11:
        return forms[0]
    return forms[1] if 2 <= last <= 4 and not 12 <= tens <= 14 else forms[2]


def _filled(hole: re.Match[str], args: Mapping[str, object], language: Language) -> str:
    value = args.get(hole[1])
    if value is None:
        return "?"
    if not isinstance(value, int | float) or isinstance(value, bool):
        # What is only a name to programs (a format, say) may have a word of its own.
        return words(language).get(f"{hole[1]}.{value}", str(value))
    shown = number(value, language)
    forms = hole[2].split("|")[1:]
    return f"{shown}{_NBSP}{plural(int(value), forms, language)}" if forms else shown


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
