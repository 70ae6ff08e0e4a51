"""Patterns that persons write, matched in time linear in the text, whatever they have written."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic_core import SchemaError

LONGEST = 200
MOST_REPEATED = 50
# A literal counts 1, a class of Unicode (\w) 10, a repetition {n} n times what it repeats: at 150 a purpose
# of 2,000 characters takes 1 ms at worst and the pattern 2 MB.
HEAVIEST = 150
CLASS = 10
_REPEATED = re.compile(r"\{(\d+)(,?)(\d*)\}")


class BadPattern(ValueError):
    """A pattern that is none: ``code`` has words, ``reason`` is the engine's own sentence."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Callable[[str], bool]:
    """Whether a text has a place that fits, without case; raises BadPattern.

    The engine is Rust's ``regex``, which is in Pydantic: it never backtracks (0.4 µs for a purpose), knows
    Russian letters in ``\\w`` and ``\\b``, and refuses look-around and back references.
    """
    if len(pattern) > LONGEST or weight(pattern) > HEAVIEST:
        raise BadPattern("pattern_too_heavy")
    try:
        adapter: TypeAdapter[str] = TypeAdapter(
            Annotated[str, Field(pattern=f"(?i){pattern}")], config=ConfigDict(regex_engine="rust-regex")
        )
    except SchemaError as error:
        raise BadPattern("pattern_invalid", _sentence(str(error))) from error
    return adapter.validator.isinstance_python


def weight(pattern: str) -> int:
    """How much there is to keep in mind while matching. Flags are refused: ``(?x)`` reads it otherwise."""
    groups, last, place = [0], 0, 0
    while place < len(pattern):
        letter, before, place = pattern[place], last, place + 1
        if letter == "(":
            place, last = _opened(pattern, place), 0
            groups.append(0)
        elif letter == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif repeated := _REPEATED.match(pattern, place - 1):
            place, last = repeated.end(), before * _times(repeated)
            groups[-1] += last - before
        elif letter in "*+?|":
            groups[-1] += 1
        else:
            place, last = _atom(pattern, letter, place)
            groups[-1] += last
    return sum(groups)


def _times(repeated: re.Match[str]) -> int:
    """``{3}``, ``{2,}`` and ``{0,3}`` are three times what they repeat."""
    times = max(int(repeated[1]) + bool(repeated[2]), int(repeated[3] or 0), 1)
    if times > MOST_REPEATED:
        raise BadPattern("pattern_too_heavy")
    return times


def _atom(pattern: str, letter: str, place: int) -> tuple[int, int]:
    """Where the next one begins, and how much this one weighs."""
    if letter == "[":
        return _class_end(pattern, place), CLASS
    return (place + 1, CLASS) if letter == "\\" else (place, 1)


def _opened(pattern: str, place: int) -> int:
    if pattern.startswith("?", place) and not pattern.startswith("?:", place):
        raise BadPattern("pattern_invalid", "(?")
    return place + 2 * pattern.startswith("?:", place)


def _class_end(pattern: str, place: int) -> int:
    """Behind the bracket that closes a class; one that comes first is a letter of it."""
    depth = 1
    place += pattern.startswith("^", place)
    place += pattern.startswith("]", place)
    while place < len(pattern) and depth:
        depth += {"[": 1, "]": -1}.get(pattern[place], 0)
        place += 2 if pattern[place] == "\\" else 1
    return place


def _sentence(said: str) -> str:
    """Of what the engine draws over several lines, the last one that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ")[:200] if lines else said[:200]
