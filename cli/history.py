"""``tidemark events``: the history of one task or of all, straight from the log."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from cli import figures
from cli.api import Json
from cli.failures import Failure
from cli.log_reading import Logged, Wanted, read
from cli.root import State, state_of
from cli.screen import Screen
from cli.watching import task_id_of
from events.topics import TASKS

TaskId = Annotated[
    UUID | None,
    typer.Argument(parser=task_id_of, metavar="[ID]", help="One task's events; all if left out."),
]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")]
From = Annotated[str | None, typer.Option("--from", metavar="POSITION", help="partition:offset,…")]
Types = Annotated[list[str] | None, typer.Option("--type", help="May be given several times.")]
AsJson = Annotated[bool, typer.Option("--json", help="One CloudEvents JSON a line.")]
ByApi = Annotated[bool, typer.Option("--by-api", help="Ask the API, where Kafka is out of reach.")]
Topic = Annotated[str, typer.Option(help="tasks, or rejects with the rows that were rejected.")]


def events(
    ctx: typer.Context,
    task_id: TaskId = None,
    follow: Follow = False,
    start: From = None,
    types: Types = None,
    as_json: AsJson = False,
    by_api: ByApi = False,
    topic: Topic = TASKS,
) -> None:
    """Show events as they stand in the log, the oldest first."""
    state, task = state_of(ctx), str(task_id) if task_id else None
    if by_api:
        if task is None or follow:
            raise Failure("cli.events_by_api")
        _by_api(state, task, frozenset(types or ()), as_json)
        return
    settings = state.installation.reaching("kafka")
    wanted = Wanted(
        settings.namespace + topic, task, positions(start) if start else None, frozenset(types or ())
    )
    asyncio.run(_by_kafka(state.screen, settings.kafka, wanted, follow=follow, as_json=as_json))


def positions(text: str) -> dict[int, int]:
    """``0:41,3:7`` → ``{0: 41, 3: 7}``: the first offset wanted of each partition."""
    try:
        pairs = [part.split(":") for part in text.split(",")]
        found = {int(partition): int(offset) for partition, offset in pairs}
    except ValueError as error:
        raise Failure("position_invalid", text) from error
    if any(number < 0 for pair in found.items() for number in pair):
        raise Failure("position_invalid", text)
    return found


async def _by_kafka(screen: Screen, kafka: str, wanted: Wanted, *, follow: bool, as_json: bool) -> None:
    shown = 0
    async with aclosing(read(kafka, wanted, follow=follow)) as found:
        async for message in found:
            _show(screen, message, as_json)
            shown += 1
    if not shown and wanted.task_id is not None and not wanted.types and wanted.topic.endswith(TASKS):
        raise Failure("cli.no_events_of_task", wanted.task_id)
    if not shown:
        screen.tell("cli.no_events")


def _by_api(state: State, task_id: str, types: Iterable[str], as_json: bool) -> None:
    with state.api() as api:
        for item in api.items(f"/tasks/{task_id}/events"):
            if not types or item["type"] in types:
                _show(state.screen, _of_api(task_id, item), as_json)


def _of_api(task_id: str, item: Json) -> Logged:
    partition, offset = map(int, item["position"].split(":"))
    names = {
        "id": "id",
        "type": "type",
        "source": "source",
        "time": "time",
        "actor": "actor",
        "correlation_id": "correlationid",
        "causation_id": "causationid",
    }
    attributes = {said: str(item[name]) for name, said in names.items() if item.get(name) is not None}
    return Logged(partition, offset, {"specversion": "1.0", "subject": task_id, **attributes}, item["data"])


def _show(screen: Screen, message: Logged, as_json: bool) -> None:
    if as_json:
        screen.raw(json.dumps(message.document(), ensure_ascii=False))
        return
    said = message.attributes
    data = json.dumps(message.data, ensure_ascii=False)
    time = figures.exact(said.get("time"), screen.language) or "?"
    head = (
        f"[dim]{message.partition}:{message.offset}[/] {time}"
        f" [bold]{escape(said.get('type', '?'))}[/] {escape(said.get('actor', ''))}"
    )
    screen.out.print(head, escape(data), soft_wrap=True)
