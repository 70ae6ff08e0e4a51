"""Rows that were used although something in them looks wrong, over HTTP."""

import json
from uuid import uuid4

import pytest

from tests.api.installation import Installation
from tests.api.payments import run
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

_WARNED = "INSERT INTO warned_row VALUES (%s, %s, %s, %s, %s, %s)"
_ATTEMPT = """
INSERT INTO read.attempt
    (task_id, attempt, scope, status, input, tries, skipped, batched, controls, notes, queued_at)
VALUES (%s, %s, %s, %s, 'recorded', 1, 0, '{}', '[]', '[]', now())
"""


async def test_rows_with_a_warning_are_listed_in_order_with_words(api: Installation) -> None:
    task_id = await api.submitted()
    args = json.dumps({"inn": "123", "kpp": ""})
    await run(api, _WARNED, task_id, 9, 1, "ООО Верба", ["inn_length"], args)
    await run(api, _WARNED, task_id, 3, 1, "ООО Лютик", ["inn_length", "kpp_length"], args)
    await run(api, _WARNED, task_id, 9, 2, "ООО Верба", ["kpp_length"], args)
    page = await api.get(f"/tasks/{task_id}/warnings")
    assert page["total"] == 2
    told = [
        (row["row_no"], row["attempt"], [one["code"] for one in row["warnings"]]) for row in page["items"]
    ]
    assert told == [(3, 1, ["inn_length", "kpp_length"]), (9, 2, ["kpp_length"])]
    assert page["items"][0]["warnings"][0]["message"] == "Counterparty's ИНН: 10 or 12 digits"
    assert (page["items"][0]["key"], page["items"][0]["args"]) == ("ООО Лютик", {"inn": "123", "kpp": ""})
    first = await api.get(f"/tasks/{task_id}/warnings", limit=1)
    second = await api.get(f"/tasks/{task_id}/warnings", limit=1, cursor=first["next_cursor"])
    assert [first["items"], second["items"]] == [page["items"][:1], page["items"][1:]]
    assert second["next_cursor"] is None


async def test_the_result_says_how_many(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    warned = batch(1, 10).model_copy(update={"warned": 3})
    await api.live.publish(warned, source_read(10, 1), task_id=task_id)
    done = await api.until(task_id, status="completed")
    assert (done["outcome"], done["result"]["warned"]) == ("clean", 3)


async def test_rows_that_were_done_again_are_warned_of_as_they_are_now(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    for row_no, attempt in ((3, 1), (9, 1), (3, 2), (5, 3)):
        await run(api, _WARNED, task_id, row_no, attempt, "ООО Верба", ["inn_length"], "{}")

    async def attempts(*ended: tuple[int, str, str]) -> list[int]:
        await run(api, "DELETE FROM read.attempt WHERE task_id = %s", task_id)
        for number, scope, status in ended:
            await run(api, _ATTEMPT, task_id, number, scope, status)
        page = await api.get(f"/tasks/{task_id}/warnings")
        assert page["total"] == len(page["items"])
        return [row["row_no"] for row in page["items"]]

    assert await attempts((1, "all", "completed"), (2, "all", "completed"), (3, "rejected", "completed")) == [
        3,
        5,
    ]
    assert await attempts((1, "all", "failed"), (2, "all", "failed"), (3, "unfinished", "completed")) == [
        3,
        5,
    ]
    assert await attempts((1, "all", "completed"), (2, "all", "failed")) == [3, 5, 9]


async def test_nobody_knows_the_task(api: Installation) -> None:
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/{uuid4()}/warnings")
    assert (answer.status_code, answer.json()["code"]) == (404, "task_unknown")
