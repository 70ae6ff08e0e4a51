"""While Kafka is down: submissions are accepted and wait, requests are refused, reading works."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.app import create_app
from infra.postgres import create_engine
from infra.settings import Settings
from infra.users import ensure_users
from tests.api.installation import PASSWORDS, Installation, statement, token_of
from tests.projections.live import living

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alone(settings: Settings) -> AsyncIterator[Installation]:
    """The API with nobody at Kafka's address, and a log that it will find when the address is right."""
    engine = create_engine(settings.libpq_url, pool_size=1)
    await ensure_users(engine, PASSWORDS)
    await engine.dispose()
    away = settings.model_copy(update={"kafka": "127.0.0.1:9", "accept_while_waiting_seconds": 0.5})
    app = create_app(away)
    async with living(settings) as live, app.router.lifespan_context(app):
        made = Installation(away, live, app)
        made.tokens = {name: await token_of(made, name, password) for name, password in PASSWORDS.items()}
        yield made


async def test_a_submission_is_accepted_and_says_that_it_waits(alone: Installation) -> None:
    answer = await alone.upload(statement("away"), name="март.txt")
    assert answer.status_code == 202, answer.text
    assert "event log does not answer" in answer.json()["message"]
    task_id = answer.json()["task_id"]
    task = await alone.get(f"/tasks/{task_id}")
    assert (task["status"], task["position"]) == ("pending", None)
    assert task["params"]["file_name"] == "март.txt"
    assert task["submitted_by"] == "manager"
    assert task_id in [item["id"] for item in (await alone.get("/tasks"))["items"]]
    assert task_id in [item["id"] for item in (await alone.get("/tasks", status="pending"))["items"]]
    assert task_id not in [item["id"] for item in (await alone.get("/tasks", status="failed"))["items"]]


async def test_a_task_that_waits_can_be_asked_for_everything(alone: Installation) -> None:
    task_id = await alone.submitted()
    for part in ("events", "attempts", "batches", "rejects"):
        assert (await alone.get(f"/tasks/{task_id}/{part}"))["items"] == []


async def test_the_same_file_is_refused_all_the_same(alone: Installation) -> None:
    content = statement("twice")
    first = await alone.submitted(content)
    again = await alone.upload(content)
    assert (again.status_code, again.json()["args"]["task_id"]) == (409, first)


async def test_a_request_is_refused_with_the_time_to_come_back(alone: Installation) -> None:
    task_id = await alone.submitted()
    answer = await alone.post(f"/tasks/{task_id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (503, "log_unavailable")
    assert answer.headers["retry-after"] == "5"


async def test_what_waited_is_published_when_kafka_is_back(alone: Installation, settings: Settings) -> None:
    task_id = await alone.submitted()
    back = create_app(settings)
    async with alone.live.projection(), back.router.lifespan_context(back):
        await alone.live.until("SELECT status FROM task WHERE id = %s", task_id, rows=[("pending",)])
        await alone.live.until(
            "SELECT published_at IS NOT NULL FROM intake WHERE task_id = %s", task_id, rows=[(True,)]
        )
    async with alone.anonymous() as client:
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["kafka"]) == (503, False)
