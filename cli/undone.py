"""What an undo gave back of a task, and what it could not."""

from cli.api import Api, Json
from cli.screen import Screen, cells, table
from cli.verdicts import verdict_table
from infra.wording import number

SHOWN = 50


def undone(screen: Screen, api: Api, task: Json) -> None:
    """What went, what stayed and why; then what the task had loaded before, which is no longer so."""
    screen.line(task["progress"]["message"])
    left = (task["result"] or {}).get("undo", {}).get("conflicts", 0)
    if left:
        screen.line()
        screen.say("cli.undo.left", style="yellow", count=left)
        conflicts(screen, api.get(f"/tasks/{task['id']}/undo/conflicts", {"limit": SHOWN})["items"], left)
    screen.line()
    screen.say("cli.undo.before", style="dim")
    screen.show(verdict_table(screen, task["counts"]))
    screen.line()
    screen.say("cli.next.undone", id=task["id"])


def conflicts(screen: Screen, items: list[Json], many: int) -> None:
    if not items:
        return
    headers = ("row", "value", "reason", "cli.undo.other", "cli.undo.becomes")
    made = table(*(screen.word(name if "." in name else f"cli.{name}") for name in headers), right=(0,))
    for one in items:
        becomes = screen.word(f"cli.undo.{one['becomes']}")
        row = "" if one["row"] is None else number(one["row"], screen.language)
        made.add_row(*cells(row, one["shown"], one["message"], one["other_task"] or "", becomes))
    screen.show(made)
    if many > len(items):
        screen.say("cli.undo.more", more=many - len(items))
