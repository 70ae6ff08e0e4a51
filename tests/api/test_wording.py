"""Everything that can be said has words, in both languages, with the same arguments."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from domain.undo import Reason
from infra.wording import LANGUAGES, Language, language_of, plural, word, words

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "domain", "infra", "jobs", "processors", "producers", "projections")
# Classes and functions whose string argument at this place is a code that people will read.
SAYING = {
    "Fatal": 0,
    "Retryable": 0,
    "Rejected": 0,
    "MalformedRow": 0,
    "UnsupportedFormat": 0,
    "SourceRefused": 0,
    "SourceUnavailable": 0,
    "Message": 0,
    "Problem": 1,
    "unavailable": 0,
    "unauthorised": 0,
}
HOLE = re.compile(r"\{(\w+)")


def _said() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (code := _code(node)) is not None:
                    yield code, f"{path.relative_to(ROOT)}:{node.lineno}"


def _code(call: ast.Call) -> str | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = SAYING.get(name, len(call.args))
    if place >= len(call.args):
        return None
    argument = call.args[place]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _refusals() -> Iterator[str]:
    """What ``domain.refusals`` returns."""
    tree = ast.parse((ROOT / "domain" / "refusals.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Return):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: Language) -> None:
    known = words(language)
    missing = {code: where for code, where in _said() if code not in known}
    missing |= {code: "domain/refusals.py" for code in _refusals() if code not in known}
    assert missing == {}


def test_both_languages_say_the_same_things_about_the_same_arguments() -> None:
    english, russian = words("en"), words("ru")
    assert set(english) == set(russian)
    different = {
        code: (names, other)
        for code in english
        if (names := set(HOLE.findall(english[code]))) != (other := set(HOLE.findall(russian[code])))
    }
    assert different == {}


def test_numbers_are_grouped_and_words_agree_with_them() -> None:
    args = {"rejected": 21, "total": 1_234_567}
    assert word("task.partial", args, "ru").startswith(
        "Выполнена частично: 21\u00a0строка из 1\u00a0234\u00a0567"
    )
    assert word("task.completed", {"total": 1}) == "Done: 1\u00a0row"
    forms = ["строка", "строки", "строк"]
    assert [plural(n, forms, "ru") for n in (1, 2, 5, 11, 12, 21, 102, 111)] == [
        "строка", "строки", "строк", "строк", "строк", "строка", "строки", "строк"
    ]  # fmt: skip


def test_what_nobody_has_worded_is_shown_as_it_is() -> None:
    assert word("brand_new", {"b": 2, "a": "x"}, "ru") == "brand_new · a: x · b: 2"


def test_a_missing_argument_does_not_break_the_sentence() -> None:
    assert word("task.completed", {}) == "Done: ?"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,en;q=0.5,ru;q=0.4", "en"),
        ("de, ru;q=0.1", "ru"),
        ("ru;q=x, en;q=0.1", "en"),
        ("ru;q=0", "en"),
        (",;;q=,", "en"),
    ],
)
def test_the_readers_language(header: str | None, language: Language) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_why_an_undo_leaves_a_row_has_words(reason: str, language: Language) -> None:
    assert words(language)[f"undo.{reason}"]
