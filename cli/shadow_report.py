"""What a shadow has found: how many rows would change and how, the first of them, and how to make it true."""

from cli.api import Api, Json
from cli.screen import Screen, cells, table
from cli.trial_report import shown
from infra.wording import number

MOST_ROWS = 10
# In the order in which one asks.
_CHANGES = ("created", "updated", "classified", "retracted", "accepted", "refused")


def shadow(screen: Screen, api: Api, task: Json) -> None:
    """Nothing of a task that is none."""
    if not task.get("shadow_of"):
        return
    found = api.get(f"/tasks/{task['id']}/shadow")
    screen.line()
    said = screen.word("shadow.rows" if found["rows"] else "shadow.nothing", rows=found["rows"])
    if found["stale"] is not None:
        said = screen.word("shadow.stale", said=said, reason=screen.word(found["stale"]))
    screen.line(said, style="bold")
    if found["rows"]:
        _summary(screen, found)
        _first(screen, api, task["id"], found["rows"])
    if task["status"] == "completed" and found["rows"] and found["stale"] is None:
        screen.line()
        screen.say("cli.shadow.promote", id=task["id"])


def _summary(screen: Screen, found: Json) -> None:
    made = table(screen.word("cli.shadow.change"), screen.word("cli.rows"), right=(1,))
    for name in _CHANGES:
        rows = found["changes"][name]
        style = "" if rows else "dim"
        made.add_row(*cells(screen.word(f"cli.shadow.{name}"), number(rows, screen.language)), style=style)
    screen.show(made)
    if found["fields"]:
        fields = ", ".join(
            f"{name} {number(rows, screen.language)}" for name, rows in found["fields"].items()
        )
        screen.line(f"{screen.word('cli.shadow.fields')}: {fields}")


def _first(screen: Screen, api: Api, shadow_id: str, rows: int) -> None:
    page = api.get(f"/tasks/{shadow_id}/shadow/rows", {"limit": MOST_ROWS})
    headers = ("row", "number", "shadow.change", "shadow.now_then")
    made = table(*(screen.word(f"cli.{name}") for name in headers), right=(0,))
    for row in page["items"]:
        would = ", ".join(screen.word(f"cli.shadow.{name}") for name in row["would"])
        made.add_row(*cells(row["row"], row["key"], would, _differences(row)))
    screen.line()
    screen.show(made)
    if rows > len(page["items"]):
        screen.say("cli.shadow.more", count=rows - len(page["items"]), id=shadow_id)


def _differences(row: Json) -> str:
    """``category: — → Аренда``; of a row that is new or rejected its own word is enough."""
    if "created" in row["would"] or not row["changes"]:
        return shown(row["message"] or "")
    return "; ".join(
        f"{one['field']}: {shown(one['now'] or '—')} → {shown(one['then'] or '—')}" for one in row["changes"]
    )
