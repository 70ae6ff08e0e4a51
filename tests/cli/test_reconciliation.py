"""An account's figures, judged apart; a task's tag and exit code."""

from decimal import Decimal
from typing import Any

import pytest

from cli.reconciliation import accounts_of, doubtful, lines, verdict
from cli.screen import Screen
from cli.status import exit_code, tag
from events.records import ControlTotal

GOOD = ControlTotal(
    account_ref="ref",
    opening_stated=Decimal("100.00"),
    in_stated=Decimal("20.00"),
    out_stated=Decimal("5.00"),
    closing_stated=Decimal("115.00"),
    in_found=Decimal("20.00"),
    out_found=Decimal("5.00"),
    turnover="adds_up",
    closing="adds_up",
)


def test_an_account_that_adds_up() -> None:
    opening, received, spent, closing = lines(GOOD)
    assert opening.proof is None
    assert [line.proof for line in (received, spent, closing)] == ["adds_up"] * 3
    assert closing.found == Decimal("115.00")
    assert not doubtful(GOOD)


def test_a_side_that_agrees_is_not_blamed_for_the_other() -> None:
    off = GOOD.model_copy(update={"in_found": Decimal("19.99"), "turnover": "differs", "closing": "differs"})
    _, received, spent, closing = lines(off)
    assert (received.proof, received.difference) == ("differs", Decimal("-0.01"))
    assert spent.proof == "adds_up"
    assert (closing.proof, closing.difference) == ("differs", Decimal("-0.01"))


def test_what_is_not_stated_is_not_judged() -> None:
    bare = ControlTotal(account_ref="ref", in_found=Decimal(1))
    assert {line.proof for line in lines(bare)} == {None, "not_stated"}
    assert {line.difference for line in lines(bare)} == {None}


def test_the_worst_account_is_the_verdict() -> None:
    unproven = GOOD.model_copy(update={"closing": "unproven"})
    differs = GOOD.model_copy(update={"turnover": "differs"})
    assert verdict([("1", GOOD), ("2", unproven)]) == "unproven"
    assert verdict([("1", unproven), ("2", differs)]) == "differs"
    assert verdict([("1", GOOD)]) == "adds_up"
    assert verdict([]) == "not_stated"


def test_totals_of_the_api_are_read_by_number_or_by_reference() -> None:
    item = GOOD.model_dump(mode="json")
    assert accounts_of([{**item, "account": "407", "unknown_yet": 1}, item]) == [("407", GOOD), ("ref", GOOD)]


def task(status: str, outcome: str | None = None, rejected: int = 0, **more: Any) -> dict[str, Any]:
    counts = {"created": 1, "rejected": rejected}
    return {"status": status, "outcome": outcome, "counts": counts, "retry": None, **more}


RETRY = {"at": "2025-03-03T10:42:00Z", "tries": 3, "limit": 5}


@pytest.mark.parametrize(
    ("given", "words", "style", "code"),
    [
        (task("completed", "clean"), "✓ Done", "green", 0),
        (task("completed", "partial", 5), "▲ Done, 5 rows need attention", "yellow", 1),
        (task("completed", "partial"), "▲ Done, control totals do not add up", "yellow", 1),
        (
            task("completed", "partial", 5, counts={"rejected": 5}),
            "▲ Nothing loaded: all 5 rows rejected",
            "yellow",
            1,
        ),
        (task("completed", "undone"), "■ Undone", "bright_black", 2),
        (task("failed"), "✗ Failed", "red", 2),
        (task("cancelled"), "■ Stopped", "bright_black", 2),
        (task("running"), "● Running", "blue", 2),
        (task("pending"), "○ Waiting", "bright_black", 2),
    ],
)
def test_a_tag_is_green_only_where_everything_added_up(
    given: dict[str, Any], words: str, style: str, code: int
) -> None:
    shown = tag(Screen("en"), given)
    assert (str(shown), shown.style, exit_code(given)) == (words, style, code)


def test_a_retry_says_when_and_how_many() -> None:
    assert str(tag(Screen("en"), task("running", retry=RETRY))).endswith("(3 of 5)")
    for_ever = task("running", retry={**RETRY, "limit": 0})
    assert "of" not in str(tag(Screen("en"), for_ever))
