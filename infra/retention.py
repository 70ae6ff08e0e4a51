"""How long the log keeps a topic: as the broker says it, and as an installation wants it."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.postgres import is_outage

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
_PATIENCE_MS = 5_000
_SETTING = "retention.ms"
# What was set for the topic itself, as DescribeConfigs names where a value comes from.
_OF_TOPIC = 1


async def retentions(bootstrap: str, topics: Collection[str]) -> dict[str, timedelta | None]:
    """By topic, None = for ever; topics that are not there are missing. Raises KafkaError, OSError."""
    configs = await _configs(bootstrap, topics)
    return {topic: _duration(int(found[_SETTING][0])) for topic, found in configs.items()}


async def set_retention(bootstrap: str, wanted: Mapping[str, str]) -> list[str]:
    """Let existing topics keep their messages for so many milliseconds; returns those that were changed. What
    else was set for them stays."""
    configs = await _configs(bootstrap, wanted)
    changed = [topic for topic, found in configs.items() if found[_SETTING][0] != wanted[topic]]
    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            topic,
            {name: value for name, (value, source) in configs[topic].items() if source == _OF_TOPIC}
            | {_SETTING: wanted[topic]},
        )
        for topic in changed
    ]
    if resources:
        async with _Admin(bootstrap) as admin:
            for answer in await admin.alter_configs(resources):
                for code, *_ in answer.resources:
                    if code:
                        raise for_code(code)
    return changed


async def keep_known(engine: AsyncEngine, bootstrap: str, topics: Collection[str]) -> None:
    """Write down what the broker says, each minute until cancelled; while it is away its last word counts."""
    while True:
        looking = asyncio.ensure_future(_look(engine, bootstrap, topics))
        try:
            await asyncio.shield(looking)
        except asyncio.CancelledError:
            # A client that is stopped while it connects leaves its socket open: it ends by itself.
            await asyncio.wait([looking])
            raise
        await asyncio.sleep(LOOK_SECONDS)


async def _look(engine: AsyncEngine, bootstrap: str, topics: Collection[str]) -> None:
    try:
        await note(engine, await retentions(bootstrap, topics))
    except (KafkaError, OSError, TimeoutError) as error:
        log.warning("Kafka does not say how long it keeps recorded input: %s", error)
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("PostgreSQL is away: how long input is kept is written down later")


async def note(engine: AsyncEngine, found: Mapping[str, timedelta | None]) -> None:
    """Keep it where the lists of tasks find it."""
    async with engine.begin() as connection:
        for topic, kept_for in found.items():
            await connection.execute(text(_NOTE), {"topic": topic, "kept_for": kept_for})


async def _configs(bootstrap: str, topics: Collection[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """By topic, by name of a setting: its value, and where that comes from."""
    async with _Admin(bootstrap) as admin:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, t) for t in topics])
    return {
        topic: {name: (value, source) for name, value, _, source, *_ in entries}
        for answer in answers
        for code, _, _, topic, entries in answer.resources
        if code == 0
    }


class _Admin:
    """An admin client for as long as a question takes."""

    def __init__(self, bootstrap: str) -> None:
        self._client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_PATIENCE_MS)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        try:
            await self._client.start()
        except BaseException:
            await self._client.close()
            raise
        return self._client

    async def __aexit__(self, *_: Any) -> None:
        await self._client.close()


def _duration(milliseconds: int) -> timedelta | None:
    return None if milliseconds < 0 else timedelta(milliseconds=milliseconds)


_NOTE = """
INSERT INTO topic_retention (topic, kept_for) VALUES (:topic, :kept_for)
ON CONFLICT (topic) DO UPDATE SET kept_for = excluded.kept_for, seen_at = now()
"""
