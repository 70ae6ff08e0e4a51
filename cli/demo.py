"""``tidemark demo``: what ``make demo`` left behind."""

import asyncio
from typing import Annotated

import typer

from cli.databases import database
from cli.root import state_of
from infra.settings import Settings

app = typer.Typer(no_args_is_help=True)

# What was confirmed for rows that go teaches nobody any more.
_UNLEARN = """
UPDATE confirmed_category c SET times = greatest(0, c.times - d.times)
FROM (
    SELECT counterparty_inn AS inn, direction, category, count(*) AS times FROM bank_transaction
    WHERE demo AND classified_by = 'person' GROUP BY counterparty_inn, direction, category
) d WHERE c.inn = d.inn AND c.direction = d.direction AND c.category = d.category
"""
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def clear(ctx: typer.Context, yes: Yes = False) -> None:
    """Remove the demo's transactions from the database. Their tasks and events stay."""
    state = state_of(ctx)
    settings = state.installation.settings()
    rows = asyncio.run(_count(settings))
    if not rows:
        state.screen.say("cli.demo.nothing")
        return
    if not yes:
        typer.confirm(state.screen.word("cli.demo.sure", count=rows), abort=True)
    state.screen.say("cli.demo.cleared", count=asyncio.run(_clear(settings)))


async def _count(settings: Settings) -> int:
    from sqlalchemy import text

    async with database(settings) as engine, engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM bank_transaction WHERE demo")) or 0)


async def _clear(settings: Settings) -> int:
    from sqlalchemy import text

    async with database(settings) as engine, engine.begin() as connection:
        await connection.execute(
            text(
                "DELETE FROM statement_period WHERE task_id IN"
                " (SELECT task_id FROM bank_transaction WHERE demo)"
            )
        )
        await connection.execute(text(_UNLEARN))
        return (await connection.execute(text("DELETE FROM bank_transaction WHERE demo"))).rowcount
