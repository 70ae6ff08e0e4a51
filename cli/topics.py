"""``tidemark topics``: the topics of the log."""

import asyncio

import typer

from cli.failures import Unreachable
from cli.root import state_of

app = typer.Typer(no_args_is_help=True)


@app.command()
def ensure(ctx: typer.Context) -> None:
    """Make the topics that are missing, with their settings; safe at every start."""
    from events.topics import topic_specs
    from infra.kafka import LogUnavailable, ensure_topics, wait_for_kafka

    settings = state_of(ctx).installation.settings()
    specs = topic_specs(settings.namespace, settings.replication_factor, settings.batches_retention_days)

    async def made() -> None:
        await wait_for_kafka(settings.kafka)
        await ensure_topics(settings.kafka, specs)

    try:
        asyncio.run(made())
    except LogUnavailable as error:
        raise Unreachable("cli.kafka_unreachable", settings.kafka, reason=str(error)) from error
