"""``tidemark replay``: run a task again, go on with it, or load its rejected rows once more."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.closed_period import ClosedPeriodReason
from cli.failures import Failure
from cli.params import given
from cli.recorded import recorded_until
from cli.root import state_of
from cli.watching import TaskId, said


class ScopeOption(StrEnum):
    """As the API takes it."""

    all = "all"
    unfinished = "unfinished"
    rejected = "rejected"


class InputOption(StrEnum):
    """As the API takes it."""

    recorded = "recorded"
    source = "source"


Scope = Annotated[
    ScopeOption | None,
    typer.Option(
        "--scope", help="Everything, what has no outcome yet, or the rejected rows; else what suits."
    ),
]
Input = Annotated[
    InputOption | None,
    typer.Option("--input", help="As it was recorded (1C may be down), or asked for again; else recorded."),
]
Key = Annotated[str | None, typer.Option("--key", help="The same key asks once, however often it is sent.")]
Follow = Annotated[bool, typer.Option("--follow", help="Show the progress and the result.")]
Shadow = Annotated[
    bool, typer.Option("--shadow", help="Write nothing: say what would change by today's rules.")
]
Promote = Annotated[bool, typer.Option("--promote", help="ID is a shadow's: do what it has said.")]
Param = Annotated[
    list[str] | None,
    typer.Option("--param", help='With --shadow: how the table is read instead, e.g. mapping={"price":"C"}.'),
]


def replay(
    ctx: typer.Context,
    task_id: TaskId,
    scope: Scope = None,
    source: Input = None,
    key: Key = None,
    follow_it: Follow = False,
    shadow: Shadow = False,
    promote: Promote = False,
    param: Param = None,
    closed_period_reason: ClosedPeriodReason = None,
) -> None:
    """Run a task again as its next attempt. Nothing is loaded twice, corrections stay."""
    if (shadow and promote) or ((shadow or promote) and (scope or source)) or (param and not shadow):
        raise Failure("cli.shadow.options")
    wanted: dict[str, Any] = given(param or [])
    if scope is not None:
        wanted["scope"] = scope.value
    if source is not None:
        wanted["input"] = source.value
    if closed_period_reason is not None:
        wanted["closed_period_reason"] = closed_period_reason
    state = state_of(ctx)
    what = "shadow" if shadow else "promote" if promote else "replay"
    with state.api() as api:
        if source is not InputOption.source:
            recorded_until(state.screen, api.get(f"/tasks/{task_id}"), state.screen.tell)
        accepted = api.post(
            f"/tasks/{task_id}/{what}", json=wanted, headers={"Idempotency-Key": key} if key else {}
        )
    said(state, accepted, watched=follow_it)
