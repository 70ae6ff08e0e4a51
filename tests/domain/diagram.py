"""Draws ``docs/state-machine.md`` from the walk; ``python -m tests.domain.diagram`` rewrites it."""

from pathlib import Path
from typing import get_args

from domain.states import State
from tests.domain.walk import answers, reachable, requests, transitions

PAGE = Path(__file__).parents[2] / "docs" / "state-machine.md"
BEGIN, END = "<!-- {}: drawn from the code -->", "<!-- end of {} -->"


def names() -> list[str]:
    """In the order of the union, which is that of a task's life."""
    return [str(kind.model_fields["name"].default) for kind in get_args(State)]


def picture() -> str:
    """Mermaid; the versions of events and the refusals, possible in any state, are left out."""
    arrows: dict[tuple[str, str], set[str]] = {}
    for before, after, event in transitions():
        if event != "task.request_refused.v1":
            arrows.setdefault((before, after), set()).add(event.split(".")[1])
    order = names()
    lines = ["stateDiagram-v2", "    [*] --> absent"]
    for before, after in sorted(arrows, key=lambda pair: (order.index(pair[0]), order.index(pair[1]))):
        words = ", ".join(sorted(arrows[before, after]))
        lines.append(f"    {before} --> {after}: {words}")
    return "\n".join(["```mermaid", *lines, "```"])


def table() -> str:
    columns, cells = names(), answers()
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for request in requests(reachable()[0]):
        row = (" or ".join(sorted(cells[request, name])) for name in columns)
        lines.append(f"| {request} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def with_part(text: str, name: str, part: str) -> str:
    """``text`` with what is between the markers of ``name`` replaced."""
    begin, end = BEGIN.format(name), END.format(name)
    head, rest = text.split(begin)
    return f"{head}{begin}\n\n{part}\n\n{end}{rest.split(end)[1]}"


def page(text: str) -> str:
    return with_part(with_part(text, "transitions", picture()), "answers", table())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
