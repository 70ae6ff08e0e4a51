"""How a task stands, in the words and colours of the glossary: green only where everything added up."""

from dataclasses import dataclass

from cli import figures
from cli.api import Json
from cli.failures import CLEAN, PARTIAL, REFUSED
from cli.screen import Screen

_UNDONE = ("■", "bright_black")
_BY_STATUS = {
    "pending": ("○", "bright_black"),
    "running": ("●", "blue"),
    "failed": ("✗", "red"),
    "cancelled": ("■", "bright_black"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """Never colour alone: a sign and words too."""

    sign: str
    words: str
    style: str

    def __str__(self) -> str:
        return f"{self.sign} {self.words}"

    def with_message(self, message: str) -> str:
        """With what the task says of itself, which of an ended one begins with the same words."""
        return f"{self.sign} {message}" if message.startswith(self.words) else f"{self} · {message}"


def tag(screen: Screen, task: Json) -> Tag:
    """The tag of a task as the API gives it."""
    status, retry = task["status"], task.get("retry")
    if retry and status == "running":
        code = "cli.status.retrying" if retry["limit"] else "cli.status.retrying_for_ever"
        at = figures.clock(retry["at"])
        return Tag("↻", screen.word(code, at=at, tries=retry["tries"], limit=retry["limit"]), "yellow")
    if task.get("outcome") == "undone":
        return Tag(_UNDONE[0], screen.word("cli.status.undone"), _UNDONE[1])
    if status != "completed":
        sign, style = _BY_STATUS[status]
        return Tag(sign, screen.word(f"cli.status.{status}"), style)
    if task["outcome"] == "clean":
        return Tag("✓", screen.word("cli.status.clean"), "green")
    rejected = task["counts"].get("rejected", 0)
    code = "cli.status.partial" if rejected else "cli.status.partial_totals"
    if rejected and rejected == sum(task["counts"].values()):
        code = "cli.status.none_loaded"
    return Tag("▲", screen.word(code, count=rejected), "yellow")


def exit_code(task: Json) -> int:
    """0 only where the task is completed and everything added up; a repeat that did not get to its end is no
    success, though it leaves the task as it was."""
    last = task.get("last_attempt")
    if last is not None and last["status"] in ("failed", "cancelled"):
        return REFUSED
    if task["status"] != "completed" or task.get("outcome") == "undone":
        return REFUSED
    return CLEAN if task["outcome"] == "clean" else PARTIAL
