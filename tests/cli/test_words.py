"""Whatever the command line says, it says in both languages."""

import re
from pathlib import Path

import pytest

from events.records import VERDICTS
from infra.wording import LANGUAGES, Language, words

_CLI = Path(__file__).parents[2] / "cli"
_LITERAL = re.compile(r'"(cli\.[a-z0-9_.]+)"')
_STATUSES = (
    "pending",
    "running",
    "failed",
    "cancelled",
    "clean",
    "partial",
    "partial_totals",
    "none_loaded",
    "undone",
)
_PROOFS = ("adds_up", "differs", "unproven", "not_stated")
_FAMILIES = {
    "verdict": VERDICTS,
    "status": _STATUSES,
    "proof": _PROOFS,
    "sum": _PROOFS,
    "figure": ("opening", "in", "out", "closing"),
    "direction": ("in", "out", "transfer", "unknown"),
    "onec": ("address", "login", "rights", "entity_sets", "documents", "timezone"),
    "next": (
        "failed",
        "cancelled",
        "rejected",
        "totals",
        "must_match",
        "header_unknown",
        "undone",
        "dry_run",
        "dry_run_partial",
        "dry_run_closed",
    ),
    "kind": ("bank_transactions",),
    "skipped": ("groups", "others", "folders", "never_loaded"),
    "mapping": ("read", "read_bare", "field", "needed", "names", "column", "header", "warehouse"),
    "audit": (
        "changed",
        "removed",
        "added",
        "moved",
        "cut",
        "root",
        "signature",
        "key",
        "format",
        "not_json",
        "empty",
        "foreign",
    ),
    "coverage": (
        *("loaded", "empty", "quiet", "gap", "balance_break", "says_gap", "says_gap_unknown"),
        "says_balance_break",
    ),
    "duplicates": (
        *("in_bank", "in_onec", "number", "inn", "apart", "several", "sure_same", "sure_different"),
    ),
}


def used() -> set[str]:
    """Codes that stand in the sources, and those that are put together from a name."""
    literal = {code for file in _CLI.glob("*.py") for code in _LITERAL.findall(file.read_text())}
    made = {f"cli.{family}.{name}" for family, names in _FAMILIES.items() for name in names}
    return literal | made


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: Language) -> None:
    assert sorted(code for code in used() if code not in words(language)) == []


def test_both_languages_have_the_same_codes_and_arguments() -> None:
    english, russian = (
        {code: set(re.findall(r"\{(\w+)", text)) for code, text in words(language).items()}
        for language in ("en", "ru")
    )
    ours = {code for code in english | russian if code.startswith("cli.")}
    assert {code for code in ours if english.get(code) != russian.get(code)} == set()


def test_russian_is_written_as_1c_writes_it() -> None:
    texts = {code: text for code, text in words("ru").items() if code.startswith("cli.")}
    assert {code for code, text in texts.items() if "ё" in text or "!" in text} == set()
