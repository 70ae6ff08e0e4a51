"""``tidemark``: the command line."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import typer

from events.topics import topic_specs
from infra.kafka import ensure_topics, wait_for_kafka
from infra.migrate import upgrade
from infra.postgres import create_engine, wait_for_postgres
from infra.settings import Settings
from infra.users import ensure_users

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
users_app = typer.Typer(no_args_is_help=True)
app.add_typer(users_app, name="users", help="Who may sign in.")
topics_app = typer.Typer(no_args_is_help=True)
app.add_typer(topics_app, name="topics", help="The topics of the log.")

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


@app.command()
def migrate() -> None:
    """Make the tables that are missing; safe at every start."""
    url = Settings().database_url.get_secret_value()

    async def server() -> None:
        engine = create_engine(url)
        await wait_for_postgres(engine)
        await engine.dispose()

    asyncio.run(server())
    upgrade(url, migration_folders())


@topics_app.command("ensure")
def topics_ensure() -> None:
    """Make the topics that are missing, with their settings; safe at every start."""
    settings = Settings()

    async def ensure() -> None:
        await wait_for_kafka(settings.kafka)
        await ensure_topics(
            settings.kafka,
            topic_specs(settings.namespace, settings.replication_factor, settings.batches_retention_days),
        )

    asyncio.run(ensure())


@users_app.command("ensure")
def users_ensure() -> None:
    """Make the users whose passwords are in TIDEMARK_ADMIN_PASSWORD, …_MANAGER_…, …_USER_…."""
    settings = Settings()

    async def ensure() -> None:
        engine = create_engine(settings.database_url.get_secret_value())
        await ensure_users(engine, settings.passwords())
        await engine.dispose()

    asyncio.run(ensure())


if __name__ == "__main__":
    app()
