"""Payments that may be there twice, as pairs: listed by task, account and day, decided many at once."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.api.installation import Installation, Json
from tests.api.payments import added, own_account, run

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def both(api: Installation, account: str, **told: Any) -> tuple[str, str]:
    """A payment in both sources: the bank's row, 1C's document."""
    return await added(api, account, onec=False, **told), await added(api, account, onec=True, **told)


async def task_of(api: Installation, transaction_id: str) -> str:
    [row] = await run(api, "SELECT task_id::text FROM bank_transaction WHERE id = %s", transaction_id)
    return str(row[0])


async def waiting(api: Installation, **filters: Any) -> list[tuple[str, str]]:
    page = await api.get("/duplicates", **filters)
    assert page["total"] == len(page["items"])
    return [(pair["bank"]["id"], pair["onec"]["id"]) for pair in page["items"]]


async def decided(api: Installation, *said: tuple[str, str, str], role: str = "manager") -> list[Json]:
    body = {"pairs": [{"one": one, "other": other, "decision": how} for one, other, how in said]}
    answer = await api.post("/duplicates/decisions", role=role, json=body)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def test_pairs_are_found_by_account_by_day_and_by_the_task_of_either_half(api: Installation) -> None:
    account = own_account()
    early = await both(api, account, day="2025-03-03", number="7")
    late = await both(api, account, day="2025-03-20", amount=11)
    await added(api, account, onec=False, amount=12)
    assert await waiting(api, account=account) == [late, early]
    assert await waiting(api, account=account, date_from="2025-03-04") == [late]
    assert await waiting(api, account=account, date_to="2025-03-19") == [early]
    for half in early:
        assert await waiting(api, task_id=await task_of(api, half)) == [early]
    assert await waiting(api, task_id=str(uuid4())) == []
    [pair] = (await api.get("/duplicates", account=account, date_to="2025-03-19"))["items"]
    assert (pair["amount"], pair["currency"], pair["direction"], pair["account"]) == (
        "10.00", "RUB", "out", account
    )  # fmt: skip
    assert (pair["days_apart"], pair["same_number"], pair["same_inn"], pair["alone"]) == (
        0,
        True,
        False,
        True,
    )
    assert (pair["bank"]["number"], pair["onec"]["row_no"]) == ("7", 1)


async def test_a_pair_is_not_alone_where_one_of_both_may_belong_to_another_task(api: Installation) -> None:
    account = own_account()
    bank, onec = await both(api, account, day="2025-03-05")
    other = await added(api, account, onec=False, day="2025-03-07")
    task_id = await task_of(api, bank)
    [pair] = (await api.get("/duplicates", task_id=task_id))["items"]
    assert (pair["bank"]["id"], pair["onec"]["id"], pair["alone"]) == (bank, onec, False)
    await decided(api, (other, onec, "different"))
    [pair] = (await api.get("/duplicates", task_id=task_id))["items"]
    assert pair["alone"] is True


async def test_a_page_after_the_other_gives_every_pair_once(api: Installation) -> None:
    account = own_account()
    made = {await both(api, account, amount=100 + place) for place in range(5)}
    seen: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await api.get("/duplicates", account=account, limit=2, **cursor)
        assert page["total"] == 5
        seen += [(pair["bank"]["id"], pair["onec"]["id"]) for pair in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == 5
    assert set(seen) == made


async def test_many_are_decided_at_once_each_with_its_result(api: Installation) -> None:
    account = own_account()
    bank, onec = await both(api, account)
    second = await added(api, account, onec=True)
    stranger = str(uuid4())
    told = await decided(
        api,
        (onec, bank, "same"),
        (bank, onec, "same"),
        (bank, second, "same"),
        (bank, stranger, "same"),
        (bank, onec, "different"),
        (bank, second, "same"),
    )
    assert [one["result"] for one in told] == [
        "decided", "unchanged", "already_paired", "pair_unknown", "decided", "decided"
    ]  # fmt: skip
    assert [(one["one"], one["other"]) for one in told[:2]] == [(onec, bank), (bank, onec)]
    assert told[0]["decision"]["decided_by"] == "manager"
    assert [one["message"] is not None for one in told] == [False, False, True, True, False, False]
    assert await waiting(api, account=account) == []
    page = await api.get("/bank-transactions", account=account)
    assert {row["id"]: row["same_as"] for row in page["items"]}[bank] == second


async def test_two_who_decide_many_crosswise_do_not_wait_for_ever(api: Installation) -> None:
    account = own_account()
    pairs = [await both(api, account, amount=200 + place) for place in range(20)]
    said = [(one, other, "same") for one, other in pairs]
    first, second = await asyncio.gather(decided(api, *said), decided(api, *reversed(said)))
    assert sorted(one["result"] for one in first + second) == ["decided"] * 20 + ["unchanged"] * 20


async def test_who_may_not_and_what_is_too_much(api: Installation) -> None:
    pair = {"one": str(uuid4()), "other": str(uuid4()), "decision": "same"}
    for role, body, status in (
        ("user", {"pairs": [pair]}, 403),
        ("manager", {"pairs": []}, 422),
        ("manager", {"pairs": [pair] * 501}, 422),
        ("manager", {"pairs": [pair | {"decision": "perhaps"}]}, 422),
    ):
        answer = await api.post("/duplicates/decisions", role=role, json=body)
        assert answer.status_code == status, answer.text
    assert [one["result"] for one in await decided(api, *[(pair["one"], pair["other"], "same")] * 500)] == [
        "pair_unknown"
    ] * 500


async def test_days_that_run_backwards_are_refused(api: Installation) -> None:
    async with api.client() as client:
        asked = {"date_from": "2025-03-02", "date_to": "2025-03-01"}
        answer = await client.get("/api/v1/duplicates", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")
