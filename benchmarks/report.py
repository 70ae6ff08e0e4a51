"""What was asked, what was measured, and how far apart the two are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


class BenchmarkFailed(Exception):
    """A part did not measure what it was made for; the message says what happened instead."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``met`` None = nothing was asked."""

    what: str
    measured: str
    asked: str = ""
    ratio: float | None = None
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        return (
            self.what,
            self.asked,
            self.measured,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            verdict,
        )

    def __str__(self) -> str:
        what, asked, measured, ratio, met = self.cells()
        rest = "; ".join(part for part in (asked, ratio and f"ratio {ratio}", met and f"met: {met}") if part)
        return f"{what}: {measured}" + (f" ({rest})" if rest else "")


@dataclass(slots=True)
class Outcome:
    """What a part gives: figures, and tables of detail with their titles."""

    figures: list[Figure] = field(default_factory=list)
    details: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    failed: bool = False


def at_most(what: str, limit: float, value: float, unit: str, decimals: int = 0) -> Figure:
    """``value`` should not be above ``limit``; the ratio is the part of the limit that was used."""
    return Figure(
        what,
        measured=f"{value:,.{decimals}f} {unit}",
        asked=f"at most {limit:,g} {unit}",
        ratio=value / limit,
        met=value <= limit,
    )


def faster(what: str, times: float, rival: str, ours: float, theirs: float, asked: str = "") -> Figure:
    """``ours`` rows a second against a rival's; the ratio is how many times as fast we are."""
    ratio = ours / theirs
    return Figure(
        f"{what}, against {rival}",
        measured=f"{ours:,.0f} rows/s against {theirs:,.0f}",
        asked=asked or f"at least {times:g} times {rival}",
        ratio=ratio,
        met=ratio >= times,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def results(command: str, machine: Sequence[tuple[str, str]], outcomes: Sequence[Outcome]) -> str:
    """The whole of ``results.md``."""
    figures = [figure.cells() for outcome in outcomes for figure in outcome.figures]
    text = (
        "# Figures\n\n"
        f"Written by `{command}`. Everything was measured in one run, one thing after the other, on a stack "
        "that the run started and deleted. Ratio: where a rival is named, our speed divided by its; where a "
        "limit is named, the part of it that was used.\n\n"
        f"## Machine\n\n{table(('', ''), machine)}\n"
        f"## Figures\n\n{table(('what', 'asked', 'measured', 'ratio', 'met'), figures)}"
    )
    for outcome in outcomes:
        for title, (head, *rows) in outcome.details.items():
            text += f"\n## {title}\n\n{table(head, rows)}"
    return text
