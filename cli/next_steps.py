"""What one does with what a task came to."""

from dataclasses import replace

from cli.api import Api, Json
from cli.commands import ImportCommand, line, pairs, unsaid
from cli.headers import teaching
from cli.screen import Screen
from infra.wording import has_words

HEADER_UNKNOWN = "header_unknown"
# What jobs.base.TotalsRefused says: the statement had to match, and does not.
TOTALS_REFUSED = frozenset({"turnover_differs", "closing_differs", "turnover_unproven", "closing_unproven"})
_CLOSED = "period_closed"
# By how their codes begin: failures of the file, or of what was said of it. A replay reads the same again.
_OF_FILE = (
    *("xlsx_", "xml_", "mxl_", "csv_", "commerceml_", "table_", "file_", "statement_", "too_many_"),
    *("sheet_unknown", "mapping_", "template_", "unsupported_format", "not_client_bank"),
)
_WHY = ("--closed-period-reason", "WHY")
# Whom the closed period lets in, as an environment before a command.
_ADMIN = "TIDEMARK_USER=admin "


def next_steps(screen: Screen, api: Api, task: Json, command: ImportCommand, table_of: Json | None) -> None:
    """``command`` loads the task's file; ``table_of`` is a table that was not read as it was to be."""
    code = _standing(task, table_of)
    groups = _rejected_for(api, task)
    codes = {str(group["code"]) for group in groups}
    needed = unsaid(task, groups)
    command = replace(command, options=(*command.options, *pairs("--param", dict.fromkeys(needed, "VALUE"))))
    if task["dry_run"] and task["status"] == "completed":
        _after_dry_run(
            screen, task, command, "clean" if code == "clean" else "closed" if _CLOSED in codes else ""
        )
        _unsaid(screen, needed)
        return
    if needed:
        screen.line()
        again = command.line(*(("--force",) if _loaded(task) else ()), "--follow")
        screen.say("cli.next.unsaid", command=again)
        _unsaid(screen, needed)
    if _CLOSED in codes:
        screen.line()
        _let_in(screen, task["id"])
        if codes == {_CLOSED}:
            return
    if has_words(f"cli.next.{code}", screen.language):
        screen.line()
        again = command.line(*(("--dry-run", "--server") if task["dry_run"] else ("--follow",)))
        teach = teaching(table_of, command) if table_of is not None else again
        screen.say(f"cli.next.{code}", id=task["id"], command=teach)


def _standing(task: Json, table_of: Json | None) -> str:
    code = str(task["status"])
    if code == "completed":
        clean = "clean" if sum(task["counts"].values()) else "empty"
        rejected = task["counts"].get("rejected", 0)
        return clean if task["outcome"] == "clean" else "rejected" if rejected else "totals"
    if code == "failed" and task["error"]["type"] in TOTALS_REFUSED:
        return "must_match"
    if code != "failed":
        return code
    if table_of is not None:
        return HEADER_UNKNOWN
    if "file_name" in task["params"] and task["error"]["type"].startswith(_OF_FILE):
        return "failed_file"
    return "failed_dry_run" if task["dry_run"] else code


def _rejected_for(api: Api, task: Json) -> list[Json]:
    """For what: what stands in the closed period is no cell to be mended."""
    if task["status"] != "completed" or not task["counts"].get("rejected", 0):
        return []
    return list(api.items(f"/tasks/{task['id']}/rejects/groups"))


def _unsaid(screen: Screen, needed: list[str]) -> None:
    """What VALUE stands for in the command."""
    if needed:
        screen.say("cli.next.value", params=", ".join(needed))


def _loaded(task: Json) -> bool:
    """A file of which something was loaded is refused a second time."""
    return any(task["counts"].get(verdict, 0) for verdict in ("created", "updated", "unchanged", "duplicate"))


def _let_in(screen: Screen, task_id: str) -> None:
    again = ("replay", task_id, "--scope", "rejected", "--follow")
    screen.say(
        "cli.next.closed",
        with_reason=_ADMIN + line(*again, *_WHY),
        move=_ADMIN + line("closed-period", "set", "DAY", "--reason", "WHY"),
        again=line(*again),
    )


def _after_dry_run(screen: Screen, task: Json, command: ImportCommand, standing: str) -> None:
    """The command that does it; nothing of a dry run can be corrected or loaded."""
    params = task["params"]
    if "file_name" in params:
        again = command.line("--follow")
    elif task["kind"] == "bank_transactions" and "date_from" in params:
        period = ("--from", params["date_from"], "--to", params["date_to"])
        again = line("sync", "transactions", *period, "--follow")
    elif task["kind"] == "contractors":
        again = line("sync", "contractors", "--follow")
    else:
        return
    screen.line()
    code = {"clean": "dry_run", "closed": "dry_run_closed"}.get(standing, "dry_run_partial")
    screen.say(f"cli.next.{code}", command=again, with_reason=f"{again} {' '.join(_WHY)}")
