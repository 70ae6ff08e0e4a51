"""``tidemark topics``: the topics of the log."""

import asyncio

import typer

from cli.failures import Unreachable
from cli.root import state_of

app = typer.Typer(no_args_is_help=True)


@app.command()
def ensure(ctx: typer.Context) -> None:
    """Make the topics that are missing, with their settings; safe at every start. Where
    TIDEMARK_BATCHES_RETENTION_DAYS is set, topics that are there keep row data for so long from now on."""
    from events.topics import topic_specs
    from infra.kafka import LogUnavailable, ensure_topics, wait_for_kafka
    from infra.retention import set_retention

    settings = state_of(ctx).installation.settings()
    specs = topic_specs(settings.namespace, settings.replication_factor, settings.batches_retention_days)

    async def made() -> None:
        await wait_for_kafka(settings.kafka)
        await ensure_topics(settings.kafka, specs)
        if "batches_retention_days" in settings.model_fields_set:
            rows = {spec.name: spec.config["retention.ms"] for spec in specs if spec.holds_rows}
            await set_retention(settings.kafka, rows)

    try:
        asyncio.run(made())
    except LogUnavailable as error:
        raise Unreachable("cli.kafka_unreachable", settings.kafka, reason=str(error)) from error
