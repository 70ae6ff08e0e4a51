"""``tidemark migrate``: the tables of all owners, made or brought up to date."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import typer

from cli.root import state_of

_OWNERS = ("infra.migrations.versions", "jobs.kinds.migrations", "projections.migrations")


def migration_folders() -> list[Path]:
    """Where each owner of tables keeps its versions."""
    folders = []
    for owner in _OWNERS:
        spec = find_spec(owner)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        folders.append(Path(spec.submodule_search_locations[0]))
    return folders


def migrate(ctx: typer.Context) -> None:
    """Make the tables that are missing; safe at every start."""
    # Alembic takes 0.3 s to import: only who migrates waits for it.
    from infra.migrate import upgrade
    from infra.postgres import create_engine, wait_for_postgres

    url = state_of(ctx).installation.settings().database_url.get_secret_value()

    async def server() -> None:
        engine = create_engine(url)
        await wait_for_postgres(engine)
        await engine.dispose()

    asyncio.run(server())
    upgrade(url, migration_folders())
