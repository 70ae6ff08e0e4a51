"""``tidemark warnings``: rows that were loaded although something in them looks wrong."""

from itertools import islice

import orjson
import typer

from cli.root import state_of
from cli.screen import cells, table
from cli.tasks import AsJson, Limit
from cli.trial_report import shown
from cli.watching import TaskId


def warnings(ctx: typer.Context, task_id: TaskId, limit: Limit = 100, as_json: AsJson = False) -> None:
    """Show rows of a task that look wrong in something (a wrong ИНН, say) and are loaded all the same."""
    state = state_of(ctx)
    screen = state.screen
    with state.api() as api:
        asked = {"limit": min(limit, 500)}
        found = list(islice(api.items(f"/tasks/{task_id}/warnings", asked), limit))
    if as_json:
        screen.raw(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    if not found:
        screen.say("cli.no_warnings")
        return
    made = table(*(screen.word(f"cli.{name}") for name in ("row", "whose", "warning")), right=(0,))
    for row in found:
        whose = " · ".join(filter(None, (row["key"], *row["args"].values())))
        said = "; ".join(one["message"] for one in row["warnings"])
        made.add_row(*cells(row["row_no"], shown(whose), said))
    screen.show(made)
