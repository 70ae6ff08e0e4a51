"""What an import has found beside its verdicts: rows that look wrong, payments that may be there twice."""

from cli.api import Api, Json
from cli.following import ENDED
from cli.screen import Screen

_IN_TWO_SOURCES = "bank_transactions"


def findings(screen: Screen, api: Api, task: Json) -> None:
    """A line for each, with the command that lists them; nothing where there are none. The duplicates are
    those of this moment: what the other source brings later is found too."""
    if task["status"] not in ENDED:
        return
    if warned := api.get(f"/tasks/{task['id']}/warnings", {"limit": 1})["total"]:
        screen.say("cli.warned", style="yellow", count=warned, id=task["id"])
    if touched := (task["result"] or {}).get("touched_closed"):
        screen.say("cli.touched_closed", style="yellow", count=touched, id=task["id"])
    if task["kind"] == _IN_TWO_SOURCES and not task["dry_run"]:
        pairs = api.get("/duplicates", {"task_id": task["id"], "limit": 1})["total"]
        if pairs:
            screen.say("cli.duplicates.found", style="yellow", count=pairs, id=task["id"])
