"""Until when recorded input is kept is told where a replay may still be wanted, by the broker's own word."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from events.topics import BATCHES
from infra.postgres import create_engine
from infra.retention import note, retentions, set_retention
from tests.api.installation import Installation
from tests.projections.story import batch, source_read
from tests.waiting import until_async

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

HOUR = timedelta(hours=1)


async def kept_for(api: Installation, how_long: timedelta) -> None:
    """The broker keeps recorded batches so long, and the API has heard of it."""
    topics = [api.settings.namespace + name for name in BATCHES.values()]
    milliseconds = str(how_long // timedelta(milliseconds=1))
    await set_retention(api.settings.kafka, dict.fromkeys(topics, milliseconds))

    async def told() -> bool:
        found = await retentions(api.settings.kafka, topics)
        return set(found.values()) == {how_long}

    await until_async(told, "the broker tells of it")
    engine = create_engine(api.settings.libpq_url, pool_size=1)
    await note(engine, await retentions(api.settings.kafka, topics))
    await engine.dispose()


async def recorded(
    api: Installation, task_id: str, *ages: timedelta, attempt: int = 1, first: int = 1
) -> None:
    """Batches that were recorded so long ago."""
    topic = api.settings.namespace + BATCHES["normal"]
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as connection:
        for batch_no, age in enumerate(ages, first):
            await connection.execute(
                'INSERT INTO recorded_batch (task_id, attempt, batch_no, topic, partition, "offset",'
                " first_row, rows, content_hash, recorded_at) VALUES (%s, %s, %s, %s, 0, 0, 1, 1, '', %s)",
                [task_id, attempt, batch_no, topic, datetime.now(UTC) - age],
            )


async def stopped(api: Installation) -> str:
    task_id = await api.submitted()
    await api.post(f"/tasks/{task_id}/cancel")
    await api.until(task_id, status="cancelled")
    return task_id


async def expiring(api: Installation, *, soon: bool = True) -> set[str]:
    found = await api.get("/tasks", input_expires_soon=soon)
    return {item["id"] for item in found["items"]}


async def test_a_stopped_task_says_until_when_and_when_it_is_time(api: Installation) -> None:
    await kept_for(api, 20 * HOUR)
    young, old, gone = [await stopped(api) for _ in range(3)]
    await recorded(api, young, HOUR, 2 * HOUR)
    await recorded(api, old, HOUR, 16 * HOUR)
    await recorded(api, gone, 21 * HOUR)
    tasks = [await api.get(f"/tasks/{task_id}") for task_id in (young, old, gone)]
    assert [task["input_expires_soon"] for task in tasks] == [False, True, False]
    left = [datetime.fromisoformat(task["recorded_until"]) - datetime.now(UTC) for task in tasks]
    assert [round(one / HOUR) for one in left] == [18, 4, -1], "the batch that goes first counts"
    assert await expiring(api) & {young, old, gone} == {old}
    assert await expiring(api, soon=False) >= {young, gone}
    # Another retention, another answer: nothing of it is kept in the task.
    await kept_for(api, 80 * HOUR)
    assert (await api.get(f"/tasks/{old}"))["input_expires_soon"] is False
    await kept_for(api, 20 * HOUR)


async def test_a_batch_that_was_recorded_again_counts_from_then(api: Installation) -> None:
    await kept_for(api, 20 * HOUR)
    task_id = await stopped(api)
    await recorded(api, task_id, 19 * HOUR)
    await recorded(api, task_id, HOUR, attempt=2)
    assert (await api.get(f"/tasks/{task_id}"))["input_expires_soon"] is False


async def test_of_a_clean_task_nothing_is_said(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    await recorded(api, task_id, 19 * HOUR)
    task = await api.get(f"/tasks/{task_id}")
    assert (task["recorded_until"], task["input_expires_soon"]) == (None, False)
    assert task_id not in await expiring(api)


async def test_it_is_no_question_about_the_past(api: Installation) -> None:
    async with api.client() as client:
        asked = {"input_expires_soon": "true", "as_of": "2026-01-01T00:00:00Z"}
        answer = await client.get("/api/v1/tasks", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_as_of")
