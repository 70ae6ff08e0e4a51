"""Until when what a task has recorded is kept."""

from collections.abc import Callable
from datetime import UTC, datetime

from cli import figures
from cli.api import Json
from cli.screen import Screen


def recorded_until(screen: Screen, task: Json, say: Callable[..., None] | None = None) -> None:
    """A line where a replay may still be wanted: yellow when it is time, or too late."""
    if (said := task.get("recorded_until")) is None:
        return
    tell = say or screen.say
    until = {"until": figures.moment(said, screen.language), "id": task["id"]}
    if datetime.fromisoformat(said) < datetime.now(UTC):
        tell("cli.input_gone", style="yellow", **until)
    elif task["input_expires_soon"]:
        tell("cli.input_expires_soon", style="yellow", **until)
    else:
        tell("cli.recorded_until", style="dim", **until)
