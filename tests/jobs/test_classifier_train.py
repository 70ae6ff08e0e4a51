"""A text model from what persons confirmed: once, the same whatever the batches, versioned, or refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.errors import Fatal
from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.kinds.classification import load_classifier
from jobs.kinds.classifier_train import ClassifierTrain
from tests.databases import emptied
from tests.jobs import booking, pricing
from tests.jobs.booking import ROW, Connection

pytestmark = pytest.mark.integration

KIND = ClassifierTrain()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, booking.TABLES) as made:
        yield made


async def trained(connection: Connection, url: str, size: int = 1_000, **params: Any) -> TaskSpec:
    await connection.commit()
    spec = TaskSpec(new_id(), 1, KIND.name, params, {})
    survey, rows = await pricing.surveyed(KIND, spec, pricing.tools(url))
    await pricing.worked(connection, KIND, spec, survey, rows, size)
    return spec


async def models(connection: Connection, columns: str) -> list[Any]:
    return await (
        await connection.execute(f"SELECT {columns} FROM classifier_model ORDER BY version")
    ).fetchall()


async def test_a_model_is_learned_and_classifies(connection: Connection, database_url: str) -> None:
    await booking.confirmed(connection)
    spec = await trained(connection, database_url, size=17)
    [(name, version, active, transactions, texts, accuracy, coverage)] = await models(
        connection, "id::text, version, active, transactions, texts, accuracy, coverage"
    )
    assert (name, version, active, transactions, texts) == (spec.task_id, 1, True, 120, 120)
    assert accuracy == 1
    assert coverage > 0.9
    classifier = await load_classifier(connection, set(), automatic=True)
    said = classifier.decide(ROW._replace(purpose="ДОСТУП В ИHTEPHET за 12.2025, в т.ч. НДС 20%"))
    assert (said.category, said.how) == ("Связь", "model:1")
    assert said.confidence is not None
    assert said.confidence >= 0.95
    left = await connection.execute("SELECT count(*) FROM classifier_example")
    assert await left.fetchone() == (0,)


async def test_the_same_transactions_give_the_same_model_whatever_the_batches(
    connection: Connection, database_url: str
) -> None:
    await booking.confirmed(connection)
    for size in (7, 50, 1_000):
        await trained(connection, database_url, size)
    made = await models(connection, "parameters, quality, categories, temperature")
    assert len(made) == 3
    assert made[0] == made[1] == made[2]
    assert await models(connection, "version, active") == [(1, False), (2, False), (3, True)]


async def test_batches_that_come_again_make_no_second_model(
    connection: Connection, database_url: str
) -> None:
    await booking.confirmed(connection)
    await connection.commit()
    spec = TaskSpec(new_id(), 1, KIND.name, {}, {})
    survey, rows = await pricing.surveyed(KIND, spec, pricing.tools(database_url))
    half = await pricing.worked(connection, KIND, spec, survey, rows[:60])
    assert await models(connection, "version") == [(None,)]
    await pricing.worked(connection, KIND, spec, survey, rows[:60])
    rest = Batch(spec, 2, 61, rows[60:], {}, survey.context)
    for counted in ((60, 0), (0, 60)):
        async with connection.transaction():
            result = await KIND.write(connection, rest)
        assert (result.counts.created, result.counts.unchanged) == counted
    assert half[0].counts.created == 60
    assert await models(connection, "version, received") == [(1, 120)]


async def test_failing_too_few_confirmed_are_refused_with_how_many_it_takes(
    connection: Connection, database_url: str
) -> None:
    await booking.confirmed(connection, each=4)
    with pytest.raises(Fatal, match="too_few_confirmed") as refused:
        await trained(connection, database_url)
    assert refused.value.arguments == {
        "confirmed": 12,
        "learned": 0,
        "categories": 0,
        "needed": 50,
        "each": 5,
    }
    assert await models(connection, "id") == []


async def test_a_version_that_nobody_asked_to_activate_waits(
    connection: Connection, database_url: str
) -> None:
    await booking.confirmed(connection)
    await trained(connection, database_url, activate=False, threshold=0.8)
    assert await models(connection, "version, active, threshold") == [(1, False, 0.8)]
    assert (await load_classifier(connection, set(), automatic=True)).decide(ROW).how == "preset"


async def test_a_version_that_would_guess_does_not_become_active(
    connection: Connection, database_url: str
) -> None:
    await booking.confirmed(connection)
    await connection.execute("UPDATE bank_transaction SET category = 'Статья ' || hashtext(id::text) % 2")
    await trained(connection, database_url)
    [(version, active, accuracy)] = await models(connection, "version, active, accuracy")
    assert (version, active) == (1, False)
    assert accuracy < 0.8


async def test_an_import_follows_the_active_version(connection: Connection, database_url: str) -> None:
    await booking.confirmed(connection)
    row = ROW._replace(purpose="Размещение рекламы на щитах июнь склад")
    for version in ("model:1", "model:2"):
        await trained(connection, database_url)
        assert (await load_classifier(connection, set(), automatic=True)).decide(row).how == version
    await connection.execute("UPDATE classifier_model SET active = false")
    await connection.execute("UPDATE classifier_model SET active = true WHERE version = 1")
    assert (await load_classifier(connection, set(), automatic=True)).decide(row).how == "model:1"
    await connection.execute("UPDATE classifier_model SET threshold = 1.1")
    assert (await load_classifier(connection, set(), automatic=True)).decide(row).how == "preset"
