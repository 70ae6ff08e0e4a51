"""What a task came to: tag, verdicts, reconciliation per account, first rejected rows, what to do."""

import json
from collections.abc import Mapping
from typing import Any

from cli import figures
from cli.api import Api, Json
from cli.commands import ImportCommand, import_of
from cli.findings import findings
from cli.following import ENDED
from cli.headers import unknown_header
from cli.next_steps import next_steps
from cli.reconciliation import accounts_of, reconciliation, summary
from cli.recorded import recorded_until
from cli.rejected_rows import first_rows
from cli.screen import Screen, cells, table
from cli.shadow_report import shadow
from cli.skipped import skipped
from cli.status import tag
from cli.targets import KIND, targets
from cli.training import training
from cli.trial_report import shown
from cli.undone import undone
from cli.verdicts import verdict_table
from infra.wording import has_words, number

MOST_REJECTS = 10
STATEMENT = "bank_transactions"
HEADER_UNKNOWN = "header_unknown"
# Tables that were not read as they were to be: their first rows say why.
_MISFITS = frozenset(
    {
        HEADER_UNKNOWN,
        *("mapping_heading_missing", "mapping_heading_nowhere"),
        *("template_heading_missing", "template_heading_nowhere"),
        *("mapping_incomplete", "mapping_incomplete_bare", "template_incomplete"),
    }
)


def report(screen: Screen, api: Api, task: Json, command: ImportCommand | None = None) -> None:
    """The end of an import, or of any other task, as it stands now. ``command`` is what was typed, where it
    was."""
    attempts = list(api.items(f"/tasks/{task['id']}/attempts"))
    attempt = next((found for found in attempts if found["attempt"] == task["attempt"]), {})
    # An attempt over a part says nothing of the whole: what the one before found still holds.
    accounts = accounts_of(next((one["totals"] for one in reversed(attempts) if one["totals"]), ()))
    rows = sum(task["counts"].values())
    standing = tag(screen, task)
    if task["outcome"] == "undone":
        screen.line(str(standing), style=f"bold {standing.style}")
        undone(screen, api, task)
        return
    # A statement of which nothing could be compared says so; what 1C gives states no totals at all.
    statement = task["kind"] == STATEMENT and "file_name" in task["params"] and task["status"] == "completed"
    if (accounts or statement) and rows:
        screen.line(summary(screen, rows, accounts, task["counts"].get("rejected", 0)), style="bold")
    screen.line(str(standing), style=f"bold {standing.style}")
    if task["dry_run"]:
        screen.say("cli.dry_run", style="yellow")
    table_of = _error(screen, api, task)
    _repeat(screen, task)
    if rows or task["status"] in ENDED - {"failed"}:
        screen.line()
        screen.show(verdict_table(screen, task["counts"]))
        skipped(screen, task, attempts)
        if task["dry_run"] and rows and not task.get("shadow_of"):
            screen.say("cli.dry_run.rows", style="dim", id=task["id"])
    if task["kind"] == KIND:
        targets(screen, api, task["id"])
    findings(screen, api, task)
    training(screen, api, task)
    shadow(screen, api, task)
    reconciliation(screen, accounts)
    for note in attempt.get("notes", ()):
        screen.line(f"! {screen.word(note, **_days(task['params']))}", style="yellow")
    first_rejects(screen, api, task)
    next_steps(screen, api, task, command or import_of(task), table_of)
    recorded_until(screen, task)


def as_it_stood(screen: Screen, task: Json) -> None:
    """A task at an earlier moment: its standing, and what had become of its rows by then."""
    standing = tag(screen, task)
    screen.line(standing.with_message(task["progress"]["message"]), style=f"bold {standing.style}")
    if sum(task["counts"].values()):
        screen.line()
        screen.show(verdict_table(screen, task["counts"]))


def _days(params: Json) -> dict[str, str]:
    return {name: str(params[name]) for name in ("date_from", "date_to") if name in params}


def _repeat(screen: Screen, task: Json) -> None:
    """A repeat that did not get to its end, where the task itself stays as it was."""
    last = task.get("last_attempt")
    if last is None or task["status"] != "completed" or last["status"] not in ("failed", "cancelled"):
        return
    standing = screen.word(f"cli.status.{last['status']}")
    screen.say("cli.last_attempt", attempt=last["attempt"], status=standing, style="red")
    if last["error"] is not None:
        screen.line(str(last["error"]["message"]))


def details(screen: Screen, task: Json) -> None:
    """What was asked, by whom, when."""
    made = table("", "")
    made.show_header = False
    said = {
        "task": task["id"],
        "kind": kind(screen, task["kind"]),
        "about": task["about"] or "",
        "params": _params(task["params"]),
        "who": task["submitted_by"],
        "submitted": figures.exact(task["created_at"], screen.language),
        "started": figures.exact(task["started_at"], screen.language),
        "finished": figures.exact(task["finished_at"], screen.language),
        "attempt": number(task["attempt"], screen.language),
        "position": task["position"] or "",
    }
    for name, text in said.items():
        if text:
            made.add_row(*cells(screen.word(f"cli.{name}"), text))
    screen.show(made)


def kind(screen: Screen, name: str) -> str:
    """A kind's name; one that has no words yet as it is called in the API."""
    code = f"cli.kind.{name}"
    return screen.word(code) if has_words(code, screen.language) else name


def first_rejects(screen: Screen, api: Api, task: Json, most: int = MOST_REJECTS) -> None:
    """The first rejected rows with their reasons, and how many more there are."""
    if not (rejected := task["counts"].get("rejected", 0)):
        return
    screen.line()
    headers = ("row", "field", "value", "reason")
    made = table(*(screen.word(f"cli.{name}") for name in headers), right=(0,))
    found = first_rows(api, task, most)
    for row in found:
        value = shown(row["value"] or "")
        made.add_row(*cells(_place(screen, row), row["field"] or "", value, row["message"]))
    screen.show(made)
    if rejected > len(found):
        screen.say("cli.more_rejects", count=rejected - len(found))


def _place(screen: Screen, row: Json) -> str:
    """The row of data; where a table has it in another row, that too."""
    if row["sheet_row"] in (None, row["row_no"]):
        return str(row["row_no"])
    return screen.word("cli.row_of_sheet", row=row["row_no"], sheet=row["sheet_row"])


def _error(screen: Screen, api: Api, task: Json) -> Json | None:
    """Gives the table that was not read as it was to be."""
    if error := task["error"]:
        style = "red" if task["status"] == "failed" else "yellow"
        screen.line(error["message"], style=style)
        screen.line(f"{screen.word('cli.fingerprint')}: {error['fingerprint']}", style="dim")
        if error["type"] in _MISFITS:
            found = api.get(f"/tasks/{task['id']}/mapping")
            unknown_header(screen, found)
            return found
    return None


def _params(params: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}"
        for name, value in params.items()
        if name != "file_name"
    )
