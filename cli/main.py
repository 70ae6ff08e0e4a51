"""``tidemark``: the command line. Exit codes are listed in ``cli/failures.py``."""

import os
from typing import Annotated

import typer

from cli import (
    audit,
    bulk,
    classify,
    closed_period,
    correct,
    coverage,
    demo,
    duplicates,
    history,
    impact,
    imports,
    mapping,
    migrate,
    onec,
    projections,
    rejects,
    replay,
    sync,
    tasks,
    topics,
    undo,
    users,
    warnings,
    watching,
)
from cli.language import language_from
from cli.root import Root, State
from cli.screen import Screen

ApiOption = Annotated[
    str | None,
    typer.Option(
        "--api", metavar="URL", help="Where the API is; else TIDEMARK_API_URL, else the stack here."
    ),
]
LangOption = Annotated[
    str | None, typer.Option("--lang", metavar="ru|en", help="Language of the answers; else the locale's.")
]

app = typer.Typer(
    name="tidemark",
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Imports you can audit, and repeat without a duplicate.",
    epilog="Exit codes: 0 everything added up · 1 partial · 2 refused or failed · 3 not reachable.",
)


@app.callback()
def options(ctx: typer.Context, api: ApiOption = None, lang: LangOption = None) -> None:
    ctx.obj = State(api, Screen(language_from(lang, os.environ)))


app.command("import")(imports.import_file)
app.command()(tasks.tasks)
app.command()(tasks.show)
app.command()(watching.watch)
app.command()(tasks.cancel)
app.command()(undo.undo)
app.command()(replay.replay)
app.command()(bulk.bulk)
app.command()(rejects.rejects)
app.command()(correct.correct)
app.command()(warnings.warnings)
app.command()(mapping.mapping)
app.command()(duplicates.duplicates)
app.command()(coverage.coverage)
app.command()(history.events)
app.command()(impact.impact)
app.add_typer(closed_period.app, name="closed-period", help="Up to which day bookings are closed.")
app.add_typer(audit.app, name="audit", help="The history as a file that can be verified.")
app.add_typer(sync.app, name="sync", help="Load from 1C.")
app.add_typer(classify.app, name="classify", help="Categories of bank transactions.")
app.add_typer(onec.app, name="onec", help="The connection to 1C.")
app.add_typer(demo.app, name="demo", help="What the demo left behind.")
app.add_typer(projections.app, name="projections", help="What is read, made from the log.")
app.command()(migrate.migrate)
app.add_typer(users.app, name="users", help="Who may sign in.")
app.add_typer(topics.app, name="topics", help="The topics of the log.")

if __name__ == "__main__":
    app(prog_name="tidemark")
