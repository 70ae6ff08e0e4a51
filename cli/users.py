"""``tidemark users``: who may sign in."""

import asyncio

import typer

from cli.databases import database
from cli.root import state_of

app = typer.Typer(no_args_is_help=True)


@app.command()
def ensure(ctx: typer.Context) -> None:
    """Make the users whose passwords are in TIDEMARK_ADMIN_PASSWORD, …_MANAGER_…, …_USER_…."""
    from infra.users import ensure_users

    settings = state_of(ctx).installation.settings()

    async def made() -> None:
        async with database(settings) as engine:
            await ensure_users(engine, settings.passwords())

    asyncio.run(made())
