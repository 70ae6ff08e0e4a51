"""The terminal: results on stdout, everything about the way there on stderr."""

import os
from decimal import Decimal

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from cli import figures
from cli.failures import Failure, Interrupted
from infra.wording import Language, word

# A file or a pipe has no width: tables are not squeezed into 80 columns there.
_PIPED_WIDTH = 160


class Screen:
    """Says things in one language. Text that comes from data is never read as markup."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    def word(self, code: str, **args: object) -> str:
        text = word(code, args, self.language)
        # English has no no-break spaces between figures to keep: one can search for "13 documents".
        return text.replace(figures.NBSP, " ") if self.language == "en" else text

    def say(self, code: str, style: str = "", **args: object) -> None:
        """A sentence among the results."""
        self.line(self.word(code, **args), style)

    def tell(self, code: str, style: str = "", **args: object) -> None:
        """A sentence about what goes on; nobody who reads stdout by a program sees it."""
        self.err.print(escape(self.word(code, **args)), style=style, soft_wrap=True)

    def line(self, text: str = "", style: str = "") -> None:
        self.out.print(escape(text), style=style, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        self.out.print(what)

    def raw(self, text: str) -> None:
        """Exactly this, for who reads it by a program."""
        self.out.out(text, highlight=False)

    def failed(self, failure: Failure) -> None:
        """What happened · where · what to do."""
        sign, style = ("·", "") if isinstance(failure, Interrupted) else ("✗", "red")
        self.err.print(f"{sign} {escape(failure.what(self.language))}", style=style, soft_wrap=True)
        for code, text in (("cli.where", failure.where), ("cli.todo", failure.todo(self.language))):
            if text:
                self.err.print(escape(f"  {self.word(code)}: {text}"), soft_wrap=True)

    def money(self, amount: Decimal | str | None) -> str:
        return "" if amount is None else figures.money(amount, self.language)


def table(*headers: str, right: tuple[int, ...] = (), fixed: tuple[int, ...] = ()) -> Table:
    """A plain table; ``right`` are columns of figures, ``fixed`` are never wrapped (ids, accounts)."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, header in enumerate(headers):
        made.add_column(
            header,
            justify="right" if place in right else "left",
            no_wrap=place in fixed or place in right,
            overflow="fold",
        )
    return made


def cells(*values: object) -> tuple[str, ...]:
    """Values of a table's row, as they are: data is no markup."""
    return tuple(escape(str(value)) for value in values)


def _console(stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED_WIDTH
    return console
