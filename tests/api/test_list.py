"""The list of tasks: filters, pages, counts."""

import pytest

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


async def test_counts_by_status(api: Installation) -> None:
    before = await api.get("/tasks/counts")
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    after = await api.get("/tasks/counts")
    assert after["running"] == before["running"] + 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"cursor": "made-up"}, "cursor"),
        ({"status": "sleeping"}, "status.0"),
        ({"kind": "bank_transaction"}, "kind"),
        ({"created_from": "yesterday"}, "created_from"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
    ],
)
async def test_a_filter_that_cannot_be_used_is_named(
    api: Installation, params: dict[str, object], field: str
) -> None:
    async with api.client() as client:
        answer = await client.get("/api/v1/tasks", params=params)  # type: ignore[arg-type]
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field


async def test_bank_transactions(api: Installation) -> None:
    task_id = await api.submitted()
    api.live.rows(
        "INSERT INTO public.bank_transaction (key, number, date, booked_on, direction, amount, currency,"
        " account, counterparty_name, counterparty_inn, counterparty_kpp, counterparty_account, purpose,"
        " task_id, row_no) SELECT gen_random_uuid(), n::text, '2025-03-03', date '2025-03-03' + n, 'out',"
        " n * 100.1, 'RUB', '40702', 'ООО Ромашка', '7700000005', '', '40703', 'Оплата 50%%', %s, n"
        " FROM generate_series(1, 5) n",
        task_id,
    )
    found = await api.get("/bank-transactions", task_id=task_id, limit=2)
    assert [item["number"] for item in found["items"]] == ["5", "4"]
    assert found["items"][1]["amount"] == "400.40"
    assert found["items"][0]["counterparty"] == {
        "name": "ООО Ромашка", "inn": "7700000005", "kpp": "", "account": "40703"
    }  # fmt: skip
    rest = await api.get("/bank-transactions", task_id=task_id, limit=3, cursor=found["next_cursor"])
    assert ([item["number"] for item in rest["items"]], rest["next_cursor"]) == (["3", "2", "1"], None)
    wanted: list[tuple[Json, list[str]]] = [
        ({"amount_from": "300.30", "amount_to": "400.40"}, ["4", "3"]),
        ({"date_from": "2025-03-07"}, ["5", "4"]),
        (
            {"q": "50%", "inn": "7700000005", "account": "40703", "direction": "out"},
            ["5", "4", "3", "2", "1"],
        ),
        ({"q": "50x"}, []),
    ]
    for params, numbers in wanted:
        found = await api.get("/bank-transactions", task_id=task_id, **params)
        assert [item["number"] for item in found["items"]] == numbers


@pytest.mark.parametrize("kind", ["bank-transactions", "bank_transactions", "Bank-Transactions"])
async def test_a_kind_has_one_name_with_dashes_or_without(api: Installation, kind: str) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    assert task_id in _ids(await api.get("/tasks", kind=kind))
    assert _ids(await api.get("/tasks", kind="stock")) == []


async def test_failing_a_kind_that_is_not_there_is_told_those_there_are(api: Installation) -> None:
    async with api.client("user") as client:
        answer = await client.get("/api/v1/tasks", params={"kind": "weather\0"})
    assert (answer.status_code, answer.json()["code"]) == (422, "kind_unknown")
    assert "bank-transactions, bulk, classifier-train, components" in answer.json()["detail"]
    assert answer.json()["args"]["kind"] == "weather"
