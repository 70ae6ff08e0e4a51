"""``tidemark impact``: what stands on a task, and what it stands on, as a small tree."""

from collections.abc import Iterator
from itertools import groupby

import typer
from rich.markup import escape
from rich.tree import Tree

from cli import figures
from cli.api import Json
from cli.root import state_of
from cli.screen import Screen
from cli.task_report import kind
from cli.tasks import AsJson, as_json_text
from cli.watching import TaskId


def impact(ctx: typer.Context, task_id: TaskId, as_json: AsJson = False) -> None:
    """Show what stands on a task (price lists, recalculations, transactions …), and what it stands on."""
    state = state_of(ctx)
    with state.api() as api:
        found = api.get(f"/tasks/{task_id}/impact")
        task = None if as_json else api.get(f"/tasks/{task_id}")
    if task is None:
        state.screen.raw(as_json_text(found))
    else:
        state.screen.show(_tree(state.screen, task, found))


def _tree(screen: Screen, task: Json, found: Json) -> Tree:
    tree = Tree(_named(screen, task["id"], task["kind"], task["created_at"], task["outcome"]))
    for side in ("stands_on", "standing_on"):
        if found[side]:
            branch = tree.add(screen.word(f"cli.impact.{side}"))
            for line in _lines(screen, found[side]):
                branch.add(line)
        else:
            tree.add(screen.word(f"cli.impact.{side}_nothing"), style="dim")
    return tree


def _lines(screen: Screen, related: list[Json]) -> Iterator[str]:
    """A line for each task, with all the ways in which it is connected; the API has them side by side."""
    for task_id, group in groupby(related, key=lambda one: str(one["task_id"])):
        ways = list(group)
        said = ", ".join(escape(screen.word(f"cli.impact.{one['how']}", rows=one["rows"])) for one in ways)
        named = _named(screen, task_id, ways[0]["kind"], ways[0]["created_at"], ways[0]["outcome"])
        yield f"{named} · {said}"


def _named(screen: Screen, task_id: str, of_kind: str | None, at: str | None, outcome: str | None) -> str:
    if of_kind is None:
        return escape(f"{task_id} · {screen.word('cli.impact.gone')}")
    undone = f" · {screen.word('cli.impact.undone')}" if outcome == "undone" else ""
    return escape(f"{task_id} · {kind(screen, of_kind)} · {figures.moment(at, screen.language)}{undone}")
