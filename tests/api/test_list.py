"""The list of tasks: filters, pages, counts."""

import pytest
from sqlalchemy import text

from infra.postgres import create_engine
from projections.queries.task_filter import TaskFilter, conditions, named
from projections.schema import in_schema
from tests.api.installation import Installation, Json, statement
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


def _ids(found: Json) -> list[str]:
    return [item["id"] for item in found["items"]]


async def test_the_newest_comes_first_and_every_task_once(api: Installation) -> None:
    made = [await api.submitted() for _ in range(7)]
    for task_id in made:
        await api.until(task_id, status="running")
    seen: list[str] = []
    page: Json = {"next_cursor": None}
    while not seen or page["next_cursor"]:
        cursor = {"cursor": page["next_cursor"]} if seen else {}
        page = await api.get("/tasks", limit=3, **cursor)
        seen += _ids(page)
    assert seen[:7] == list(reversed(made))
    assert len(seen) == len(set(seen))


async def test_by_status_outcome_kind_submitter_and_time(api: Installation) -> None:
    done = await api.submitted(role="admin")
    await api.until(done, status="running")
    await api.live.publish(batch(1, 10, rejected=1), source_read(10, 1), task_id=done)
    task = await api.until(done, status="completed")
    running = await api.submitted()
    await api.until(running, status="running")

    assert _ids(await api.get("/tasks", status="completed")) == [done]
    assert running in _ids(await api.get("/tasks", status=["pending", "running"]))
    assert _ids(await api.get("/tasks", outcome="partial")) == [done]
    assert _ids(await api.get("/tasks", submitted_by="admin")) == [done]
    assert _ids(await api.get("/tasks", submitted_by="nobody")) == []
    assert _ids(await api.get("/tasks", kind="contractors")) == []
    assert running in _ids(await api.get("/tasks", created_from=task["created_at"]))
    assert running not in _ids(await api.get("/tasks", created_to=task["created_at"]))


async def test_by_words(api: Installation) -> None:
    answer = await api.upload(statement("words"), name="Сбербанк 100%_март.txt")
    task_id = answer.json()["task_id"]
    await api.until(task_id, status="running")
    assert _ids(await api.get("/tasks", q="100%_МАРТ")) == [task_id]
    assert _ids(await api.get("/tasks", q=task_id)) == [task_id]
    assert _ids(await api.get("/tasks", q="100x")) == []


@pytest.mark.parametrize("part", ["б", "Сб", "АНК", "Сбер", "банк 1", "_март.txt", "Т"])
async def test_any_part_of_a_file_s_name_finds_it(api: Installation, part: str) -> None:
    """However short it is; names that have its letters elsewhere are none of it."""
    name = f"Сбербанк 10_март.txt {part}"
    answer = await api.upload(statement(f"part {part}"), name=name)
    await api.upload(statement(f"no part {part}"), name="выписка.csv")
    task_id = answer.json()["task_id"]
    await api.until(task_id, kind="bank_transactions")
    found = (await api.get("/tasks", q=part))["items"]
    assert task_id in [task["id"] for task in found]
    assert all(part.lower() in task["params"]["file_name"].lower() for task in found)


async def test_names_of_few_tasks_are_read_one_by_one(api: Installation) -> None:
    """Looking a common part of names up costs more than a person's tasks of a month do."""
    answer = await api.upload(statement("few"), name="Ведомость.txt", role="admin")
    task = await api.until(answer.json()["task_id"], kind="bank_transactions")
    of_all = {"q": "ведомость", "created_from": task["created_at"]}
    assert _ids(await api.get("/tasks", **of_all)) == [task["id"]]
    assert _ids(await api.get("/tasks", submitted_by="admin", **of_all)) == [task["id"]]
    assert _ids(await api.get("/tasks", submitted_by="nobody", **of_all)) == []
    engine = in_schema(create_engine(api.settings.libpq_url))
    async with engine.connect() as connection:
        wanted = TaskFilter(q="ведомость", submitted_by="admin")
        assert await named(connection, wanted) == wanted
        assert await named(connection, wanted, few=0) != wanted
    await engine.dispose()


async def test_a_part_that_is_in_too_many_names_is_looked_for_otherwise(api: Installation) -> None:
    engine = in_schema(create_engine(api.settings.libpq_url))
    async with engine.connect() as connection:
        wanted = TaskFilter(q="Сбер")
        few, many = await named(connection, wanted), await named(connection, wanted, most=0)
        assert (few.q, many) == (None, wanted)
        found = []
        for one in (few, many):
            where, parameters = conditions(one)
            rows = await connection.scalars(text(f"SELECT t.id FROM task t WHERE {where}"), parameters)
            found.append(sorted(rows))
    await engine.dispose()
    assert found[0] == found[1] != []
