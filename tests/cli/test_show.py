"""A task in a terminal: its settings, its error's fingerprint, and how it stood at an earlier moment."""

from typing import Any

from cli.language import language_from
from cli.screen import Screen
from cli.status import tag
from cli.task_report import details
from tests.cli.running import tidemark
from tests.cli.socketless import TASK, Socketless, served

Json = dict[str, Any]


def task(**more: Any) -> Json:
    counts = dict.fromkeys(("created", "updated", "unchanged", "duplicate", "retracted", "skipped"), 0)
    return {
        "id": TASK,
        "kind": "stock_import",
        "about": None,
        "params": {"warehouse": "Основной"},
        "submitted_by": "manager",
        "created_at": "2026-03-03T09:00:00Z",
        "started_at": None,
        "finished_at": None,
        "attempt": 1,
        "position": "0:41",
        "status": "completed",
        "outcome": "partial",
        "counts": counts | {"created": 129, "rejected": 71},
        "progress": {"message": "Done, 71 rows need attention of 200"},
    } | more


def shown(said: Json, *arguments: str) -> str:
    with served(Socketless(said)) as url:
        env = {"TIDEMARK_API_URL": url, "TIDEMARK_PASSWORD": "x"}
        result = tidemark("show", TASK, *arguments, env=env)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_settings_are_shown_as_they_were_written() -> None:
    screen = Screen(language_from("en", {}))
    with screen.out.capture() as told:
        details(screen, task())
    assert 'warehouse="Основной"' in told.get()


def test_an_earlier_moment_has_its_verdicts_and_says_its_standing_once() -> None:
    said = shown(task(), "--as-of", "0:41")
    assert "▲ Done, 71 rows need attention of 200" in said
    assert said.count("need attention") == 1
    assert [row.split() for row in said.splitlines() if "129" in row or "Total" in row]
    assert "200" in said.split("need attention of 200")[1]


def test_one_that_runs_says_what_it_does() -> None:
    said = task(status="running", outcome=None, progress={"message": "Loaded 100"})
    screen = Screen(language_from("en", {}))
    assert tag(screen, said).with_message("Loaded 100") == "● Running · Loaded 100"
