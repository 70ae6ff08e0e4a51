"""``tidemark mapping``: which column was read as which field; and saving that for the next files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

import typer

from cli.api import Api, Json
from cli.commands import import_of, line
from cli.failures import Failure
from cli.headers import teaching, unknown_header
from cli.root import state_of
from cli.screen import Screen, cells, table
from cli.watching import TaskId
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.header import Header
from jobs.formats.tables.mapping import letters
from jobs.formats.tables.named import places_of, texts_of

# What a person has said of a file beside its columns.
_SAID = ("sheet", "header_row", "delimiter", "encoding", "decimal")

Save = Annotated[
    str | None, typer.Option("--save", metavar="NAME", help="Save it as a template: import --template NAME.")
]


def mapping(ctx: typer.Context, task_id: TaskId, save: Save = None) -> None:
    """Show how a task's table was read; --save keeps it for the next files of this kind."""
    state = state_of(ctx)
    with state.api() as api:
        task = api.get(f"/tasks/{task_id}")
        found = api.get(f"/tasks/{task_id}/mapping")
        if found["found"] is None:
            unknown_header(state.screen, found)
            state.screen.say("cli.mapping.say", command=teaching(found, import_of(task)))
        else:
            _columns(state.screen, found["found"], task)
        if save is not None:
            _save(state.screen, api, task, found, save)


def _columns(screen: Screen, found: Json, task: Json) -> None:
    what, rows = " · ".join(filter(None, (found["format"], found["sheet"]))), found["header_rows"]
    screen.say(f"cli.mapping.{'read' if rows else 'read_bare'}", what=what, rows=", ".join(map(str, rows)))
    filled = [name for name in ("header", "warehouse") if any(one[name] for one in found["columns"])]
    shown = ["field", "column", *filled]
    made = table(*(screen.word(f"cli.mapping.{name}") for name in shown))
    for one in sorted(found["columns"], key=lambda one: (len(one["column"]), one["column"])):
        made.add_row(*cells(*(one[name] for name in shown)))
    for name, value in found["constants"].items():
        made.add_row(*cells(name, screen.word("cli.mapping.all_rows", value=value)))
    screen.show(made)
    correct = import_of(task).line("--mapping", "FIELD=COLUMN", "--dry-run", "--server")
    save = line("mapping", task["id"], "--save", "NAME")
    screen.say("cli.mapping.correct", correct=correct, save=save)


def _save(screen: Screen, api: Api, task: Json, found: Json, name: str) -> None:
    if found["found"] is None:
        raise Failure("cli.mapping.nothing_found", str(task["id"]))
    address = f"/table-templates/{quote(name, safe='')}"
    params = task["params"]
    before: Json = {}
    if used := params.get("template"):
        kept = api.get(f"/table-templates/{quote(used, safe='')}", {"kind": task["kind"]})
        before = kept["wishes"]
    said = {one: value for one in _SAID if (value := params.get(one, before.get(one))) is not None}
    constants = {**(before.get("mapping") or {}), **(params.get("mapping") or {})}
    said["mapping"] = mapping_of(found, constants)
    if not found["found"]["header_rows"]:
        said["header_row"] = 0
    api.put(address, params={"kind": task["kind"]}, json=said)
    command = replace(import_of(task), file="FILE", options=("--template", name)).line("--follow")
    screen.say("cli.mapping.saved", command=command)


def mapping_of(found: Json, said: Mapping[str, str]) -> dict[str, str]:
    """Field → all that stands above its column, or its letters where nothing does. What stands for all rows
    is kept only where a person has said so: the next file may say otherwise above its table. Columns of
    warehouses are found by themselves. Raises Failure (``cli.mapping.ambiguous``) where several columns are
    called so: by letters another one would be read as soon as they have moved."""
    rows = [GridRow(one["row"], list(one["cells"])) for one in found["first_rows"]]
    texts = texts_of(Header(tuple(found["found"]["header_rows"]), {}), rows)
    kept = {}
    for one in found["found"]["columns"]:
        if one["warehouse"]:
            continue
        places = places_of(one["header"], texts)
        if len(places) > 1:
            columns = ", ".join(map(letters, places))
            raise Failure(
                "cli.mapping.ambiguous",
                heading=one["header"],
                columns=columns,
                field=one["field"],
                column=one["column"],
            )
        kept[one["field"]] = one["header"] or one["column"]
    return kept | {name: value for name, value in said.items() if value.startswith("=") or not value}
