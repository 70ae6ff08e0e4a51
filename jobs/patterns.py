"""Patterns that persons write, matched in time linear in the text, whatever they have written."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic_core import SchemaError

LONGEST = 200


class BadPattern(ValueError):
    """What is wrong with a pattern: ``reason`` is the engine's own sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Callable[[str], bool]:
    """Whether a text has a place that fits, without case; raises BadPattern.

    The engine is Rust's ``regex``, which is in Pydantic: it never backtracks (0.4 µs for a purpose), knows
    Russian letters in ``\\w`` and ``\\b``, and refuses look-around, back references and whatever would take
    more than 10 MB.
    """
    if len(pattern) > LONGEST:
        raise BadPattern(f"longer than {LONGEST}")
    try:
        adapter: TypeAdapter[str] = TypeAdapter(
            Annotated[str, Field(pattern=f"(?i){pattern}")], config=ConfigDict(regex_engine="rust-regex")
        )
    except SchemaError as error:
        raise BadPattern(_sentence(str(error))) from error
    return adapter.validator.isinstance_python


def _sentence(said: str) -> str:
    """Of what the engine draws over several lines, the last one that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ")[:200] if lines else said[:200]
