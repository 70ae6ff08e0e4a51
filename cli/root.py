"""The command group: options that may stand anywhere, and the one place where a failure becomes words."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperGroup

from cli.api import Api
from cli.failures import INTERRUPTED, REFUSED, Failure
from cli.installation import Installation
from cli.language import language_from
from cli.screen import Screen

# `tidemark tasks --lang ru` and `tidemark --lang ru tasks` are the same to whoever types them.
_ANYWHERE = ("--api", "--lang")


@dataclass
class State:
    """What every command may use; each part is made when it is first needed."""

    api_option: str | None
    screen: Screen

    @cached_property
    def installation(self) -> Installation:
        return Installation(self.api_option)

    def api(self) -> Api:
        return Api(self.installation.api_url(), self.installation.account, self.screen.language)


def state_of(ctx: typer.Context) -> State:
    """The state of this invocation."""
    found = ctx.find_root().obj
    return found if isinstance(found, State) else State(None, Screen(language_from(None, os.environ)))


class Root(TyperGroup):
    """Says failures as what · where · what to do, never as a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoisted(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Failure as failure:
            state_of(ctx).screen.failed(failure)
            raise typer.Exit(failure.exit_code) from failure
        except KeyboardInterrupt as stop:
            raise typer.Exit(INTERRUPTED) from stop
        except BrokenPipeError as gone:
            # `tidemark events | head`: who reads has enough. Nothing may be flushed to it at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            raise typer.Exit(REFUSED) from gone


def hoisted(args: list[str]) -> list[str]:
    """``--api X`` and ``--lang X`` moved to the front; what stands behind ``--`` is left alone."""
    front: list[str] = []
    rest: list[str] = []
    given = iter(args)
    for arg in given:
        if arg == "--":
            rest.append(arg)
            break
        if arg in _ANYWHERE:
            front += [arg, *[value for value in [next(given, None)] if value is not None]]
        elif arg.startswith(tuple(f"{name}=" for name in _ANYWHERE)):
            front.append(arg)
        else:
            rest.append(arg)
    return [*front, *rest, *given]
