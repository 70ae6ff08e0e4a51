"""What waits for a person, in a terminal: pairs, days that are missing, rows that look wrong."""

import json
from typing import Any

import pytest
from typer.testing import Result

from tests.cli.books import Books, day, pair
from tests.cli.running import tidemark
from tests.cli.socketless import TASK, served

ACCOUNT = "40702810000000000001"


def run(books: Books, *arguments: Any, answer: str | None = None) -> Result:
    with served(books) as url:
        env = {"TIDEMARK_API_URL": url, "TIDEMARK_PASSWORD": "x"}
        return tidemark(*arguments, env=env, answer=answer)


def test_nothing_waits_and_the_exit_code_says_so() -> None:
    result = run(Books(), "duplicates")
    assert (result.exit_code, result.stdout.strip()) == (0, "No pair of payments waits for a decision")


def test_pairs_are_listed_with_what_speaks_for_and_against_them() -> None:
    books = Books(
        pair(7, same_number=True, same_inn=True), pair(8, days_apart=2, alone=False), pair(9), pair(10)
    )
    asked = ("--task", TASK, "--account", ACCOUNT, "--from", "2025-03-01", "--to", "2025-03-31")
    result = run(books, "duplicates", *asked, "--limit", "3")
    assert result.exit_code == 1, result.output
    assert "same number, same ИНН" in result.stdout
    assert "2 days apart, has another partner too" in result.stdout
    assert "3 Mar 2025" in result.stdout
    assert "… and 1 more pair" in result.stdout
    wanted = {"task_id": TASK, "account": ACCOUNT, "date_from": "2025-03-01", "date_to": "2025-03-31"}
    assert all(wanted.items() <= query.items() for query in books.queries)


def test_for_a_program_they_come_as_the_api_gives_them() -> None:
    result = run(Books(pair(7)), "duplicates", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, [pair(7)])


def test_same_is_said_of_clear_pairs_only() -> None:
    books = Books(pair(1), pair(2, alone=False), pair(3))
    result = run(books, "duplicates", "--decide", "same", answer="y\n")
    assert result.exit_code == 1, result.output
    assert "2 pairs: say that each is one payment?" in result.stderr
    assert "2 pairs decided" in result.stdout
    assert "1 pair was left" in result.stdout
    assert [[(one["one"][-1], one["decision"]) for one in some] for some in books.told] == [
        [("1", "same"), ("3", "same")]
    ]


def test_different_is_said_of_all_five_hundred_at_a_time() -> None:
    books = Books(*[pair(number, alone=number % 2 == 0) for number in range(1, 1_202)])
    result = run(books, "duplicates", "--decide", "different", "--yes")
    assert result.exit_code == 0, result.output
    assert "1,201 pairs decided" in result.stdout
    assert [len(some) for some in books.told] == [500, 500, 201]


def test_what_somebody_else_has_decided_meanwhile_is_told() -> None:
    books = Books(pair(1), pair(2))
    books.refused.add(pair(1)["bank"]["id"])
    result = run(books, "duplicates", "--decide", "same", "--yes")
    assert result.exit_code == 1
    assert "1 pair decided" in result.stdout
    assert "1 pair could not be decided" in result.stdout


def test_who_says_no_decides_nothing() -> None:
    books = Books(pair(1))
    result = run(books, "duplicates", "--decide", "same", answer="n\n")
    assert (result.exit_code, books.told) == (2, [])
    assert "Nothing was decided" in result.stderr


def test_days_are_drawn_a_month_a_line() -> None:
    days = [
        day("2025-03-30", "loaded"),
        day("2025-03-31", "empty"),
        day("2025-04-01", "gap", "-10.00"),
        day("2025-04-02", "gap", "-10.00"),
        day("2025-04-03", "balance_break", "5.00"),
        day("2025-04-04", "gap", None),
    ]
    result = run(Books(accounts=[{"account": ACCOUNT, "days": days}]), "coverage")
    assert result.exit_code == 1, result.output
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        f"Account {ACCOUNT}",
        "          1   5    10   15   20   25   30",
        f"2025-03   {' ' * 29}■□",
        "2025-04   ??!?",
    ]
    assert lines[4:7] == [
        "1 Apr 2025 – 2 Apr 2025: no statement, and the balance has moved by -10.00",
        "3 Apr 2025: the opening balance differs by 5.00 from the closing one before",
        "4 Apr 2025: no statement",
    ]


@pytest.mark.parametrize("accounts", [[], [{"account": ACCOUNT, "days": []}]])
def test_where_nothing_is_known_nothing_is_drawn(accounts: list[Any]) -> None:
    result = run(Books(accounts=accounts), "coverage")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)


def test_a_weekend_without_a_statement_is_not_missing() -> None:
    days = [day("2025-03-07", "loaded"), day("2025-03-08", "gap", "0.00"), day("2025-03-09", "loaded")]
    books = Books(accounts=[{"account": ACCOUNT, "days": days}])
    result = run(books, "coverage", "--account", ACCOUNT, "--from", "2025-03-01", "--to", "2025-03-31")
    assert result.exit_code == 0, result.output
    assert "■-■" in result.stdout
    assert ":" not in result.stdout
    assert books.queries == [
        {"account": ACCOUNT, "date_from": "2025-03-01", "date_to": "2025-03-31", "limit": "50"}
    ]
    assert json.loads(run(books, "coverage", "--json").stdout) == books.accounts


def test_rows_that_look_wrong_are_listed_with_whose_they_are() -> None:
    said = [{"code": "inn_length", "message": "10 or 12 digits"}, {"code": "x", "message": "9 characters"}]
    row = {"attempt": 1, "row_no": 17, "key": "ООО Лютик", "args": {"inn": "123"}, "warnings": said}
    books = Books(warned=[row])
    result = run(books, "warnings", TASK)
    assert result.exit_code == 0, result.output
    assert "17" in result.stdout
    assert "ООО Лютик · 123" in result.stdout
    assert "10 or 12 digits; 9 characters" in result.stdout
    assert json.loads(run(books, "warnings", TASK, "--json").stdout) == [row]
    assert "No row has a warning" in run(Books(), "warnings", TASK).stdout
