"""An uploaded file and what a kind makes of it, without any worker."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import psycopg

from domain.errors import Fatal
from infra.clock import new_id
from infra.objects import ObjectStore
from jobs.base import Batch, BatchResult, Row, SourceTools, Survey, TaskSpec
from jobs.kinds.registry import kind_named

Connection = psycopg.AsyncConnection[Any]


async def stored(content: bytes) -> tuple[ObjectStore, str]:
    objects = ObjectStore.from_url("memory:///")

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return objects, (await objects.put_stream(chunks(), limit=10**9)).path


async def read(kind: str, content: bytes, **params: Any) -> tuple[TaskSpec, Survey, list[Row]]:
    """The task, what its survey says, and its rows."""
    objects, path = await stored(content)
    spec = TaskSpec(new_id(), 1, kind, params, {"type": "upload", "path": path})
    source = kind_named(kind).source(spec, SourceTools(objects, str))
    survey = await source.survey()
    rows = [row async for page in source.pages() for row in page.rows]
    assert source.summary().rows == len(rows) + source.summary().skipped
    if survey.rows is not None:
        assert survey.rows == source.summary().rows
    return spec, survey, rows


async def outcome(kind: str, content: bytes) -> int | str:
    """How many rows a file has, or the code it is refused with."""
    try:
        return len((await read(kind, content))[2])
    except Fatal as error:
        return error.code


async def imported(
    connection: Connection, kind: str, content: bytes, size: int = 1_000, **params: Any
) -> list[BatchResult]:
    """All rows in batches of ``size``, with verdicts of each."""
    spec, survey, rows = await read(kind, content, **params)
    spec = replace(spec, params={**spec.params, "preview": new_id()})
    results = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        batch = Batch(spec, start // size + 1, start + 1, part, {}, survey.context)
        async with connection.transaction():
            result = await kind_named(kind).write(connection, batch)
        assert result.counts.total == len(part) == len(result.verdicts)
        results.append(result)
    return results


def verdicts(results: list[BatchResult]) -> list[str]:
    return [said.verdict for result in results for said in result.verdicts]
