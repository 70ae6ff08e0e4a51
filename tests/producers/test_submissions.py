"""The door: the same key, the same file, two at once, and a log that is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.tasks import TaskCancelRequested
from events.topics import TASKS, topic_specs
from infra.kafka import LogUnavailable, Publisher, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from producers.submission import FileAlreadyImported, KeyReused, Submission
from producers.submissions import Submissions
from tests.kafka_reading import read_all

pytestmark = pytest.mark.integration

UPLOAD = Submission("bank_transactions", actor="1", file_hash="aa", file_name="Выписка Иванова.txt")


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    made = create_engine(settings.database_url.get_secret_value())
    async with made.begin() as connection:
        await connection.execute(text("TRUNCATE intake"))
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    yield made
    await made.dispose()


@pytest.fixture
async def submissions(engine: AsyncEngine, settings: Settings) -> AsyncIterator[Submissions]:
    publisher = Publisher(settings.kafka)
    yield Submissions(engine, publisher, settings.namespace)
    await publisher.stop()


async def test_success_a_submission_is_an_event_without_the_file_s_name(
    submissions: Submissions, settings: Settings
) -> None:
    accepted = await submissions.submit(UPLOAD)
    assert (accepted.repeated, accepted.published) == (False, True)
    [event] = [
        one
        for one in await read_all(settings.kafka, settings.namespace + TASKS)
        if one.subject == accepted.task_id
    ]
    assert event.actor == "user:1"
    assert "Иванов" not in event.event.model_dump_json()


async def test_the_same_key_and_body_are_the_same_task(submissions: Submissions) -> None:
    keyed = Submission("bank_transactions", actor="1", idempotency_key="k1", params={"a": 1})
    first, second = await submissions.submit(keyed), await submissions.submit(keyed)
    assert (second.task_id, second.repeated) == (first.task_id, True)


async def test_the_same_key_with_another_body_is_refused(submissions: Submissions) -> None:
    await submissions.submit(Submission("bank_transactions", actor="1", idempotency_key="k2"))
    with pytest.raises(KeyReused):
        await submissions.submit(
            Submission("bank_transactions", actor="1", idempotency_key="k2", params={"b": 2})
        )


async def test_a_key_is_its_owner_s_alone(submissions: Submissions) -> None:
    one = await submissions.submit(Submission("bank_transactions", actor="1", idempotency_key="k3"))
    other = await submissions.submit(Submission("bank_transactions", actor="2", idempotency_key="k3"))
    assert one.task_id != other.task_id


async def test_the_same_file_names_the_first_task_unless_forced(submissions: Submissions) -> None:
    first = await submissions.submit(UPLOAD)
    with pytest.raises(FileAlreadyImported) as refused:
        await submissions.submit(UPLOAD)
    assert (refused.value.task_id, refused.value.kind) == (first.task_id, "bank_transactions")
    with pytest.raises(FileAlreadyImported) as of_another:
        await submissions.submit(Submission("contractors", actor="1", file_hash="aa"))
    assert (of_another.value.task_id, of_another.value.kind) == (first.task_id, "bank_transactions")
    forced = Submission("bank_transactions", actor="1", file_hash="aa", force=True)
    assert (await submissions.submit(forced)).task_id != first.task_id


async def test_a_file_is_free_again_after_its_task_failed(
    submissions: Submissions, engine: AsyncEngine
) -> None:
    await submissions.submit(UPLOAD)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE intake SET active = false"))
    assert not (await submissions.submit(UPLOAD)).repeated


async def test_a_dry_run_stands_in_nobody_s_way(submissions: Submissions) -> None:
    dry = Submission("bank_transactions", actor="1", file_hash="bb", dry_run=True)
    await submissions.submit(dry)
    await submissions.submit(Submission("bank_transactions", actor="1", file_hash="bb"))
    await submissions.submit(dry)


async def test_of_two_at_once_one_is_the_first(submissions: Submissions) -> None:
    answers = await asyncio.gather(*(submissions.submit(UPLOAD) for _ in range(8)), return_exceptions=True)
    accepted = [one for one in answers if not isinstance(one, BaseException)]
    refused = [one for one in answers if isinstance(one, FileAlreadyImported)]
    assert (len(accepted), len(refused)) == (1, 7)
    assert {one.task_id for one in refused} == {accepted[0].task_id}


async def test_without_a_log_a_submission_waits_and_is_swept_once(
    submissions: Submissions, engine: AsyncEngine, settings: Settings
) -> None:
    away = Publisher("127.0.0.1:1", patience=0.2)
    waiting = await Submissions(engine, away, settings.namespace).submit(UPLOAD)
    await away.stop()
    assert not waiting.published
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE intake SET submitted_at = submitted_at - interval '1 min'"))
    assert await submissions.sweep() == 0
    assert await submissions.sweep() == 0
    found = [
        one
        for one in await read_all(settings.kafka, settings.namespace + TASKS)
        if one.subject == waiting.task_id
    ]
    assert len(found) == 1


async def test_a_request_is_not_kept_for_later(engine: AsyncEngine, settings: Settings) -> None:
    away = Publisher("127.0.0.1:1", patience=0.2)
    with pytest.raises(LogUnavailable):
        await Submissions(engine, away).request("0" * 8, TaskCancelRequested(), "1")
    await away.stop()
