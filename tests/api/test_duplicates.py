"""Two transactions that may be one payment, over HTTP: why, and what a person says of them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.api.installation import Installation, Json
from tests.api.payments import added, own_account, run

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def pair(api: Installation) -> tuple[str, str, str]:
    """An account of one's own with a payment in both sources."""
    account = own_account()
    return account, await added(api, account, onec=False), await added(api, account, onec=True)


async def listed(api: Installation, account: str, **filters: Any) -> set[str]:
    page = await api.get("/bank-transactions", account=account, **filters)
    return {row["id"] for row in page["items"]}


async def said(
    api: Installation, one: str, other: str, decision: str, role: str = "manager"
) -> tuple[int, Json]:
    answer = await api.post(
        f"/bank-transactions/{one}/duplicates/{other}/decision", role=role, json={"decision": decision}
    )
    return answer.status_code, answer.json()


async def test_both_rows_of_a_pair_are_flagged_and_say_why(api: Installation) -> None:
    account, bank, onec = await pair(api)
    alone = await added(api, account, onec=False, amount=11)
    assert await listed(api, account, possible_duplicate=True) == {bank, onec}
    assert await listed(api, account, possible_duplicate=False) == {alone}
    march = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    assert await listed(api, account, possible_duplicate=True, **march) == {bank, onec}
    assert await listed(api, account, possible_duplicate=True, date_from="2025-03-04") == set()
    for mine, other in ((bank, onec), (onec, bank)):
        [found] = (await api.get(f"/bank-transactions/{mine}/duplicates"))["possible"]
        assert (found["rule"], found["transaction"]["id"], found["open"]) == (
            "possible_duplicate",
            other,
            True,
        )
        assert (found["days_apart"], found["same_number"], found["same_inn"]) == (0, True, False)
        assert "2025-03-03" in found["message"]
    assert (await api.get(f"/bank-transactions/{alone}/duplicates")) == {"possible": [], "repeated": []}


@pytest.mark.parametrize("decision", ["same", "different"])
async def test_a_decided_pair_is_not_open_any_more(api: Installation, decision: str) -> None:
    account, bank, onec = await pair(api)
    status, told = await said(api, onec, bank, decision)
    assert (status, told["decision"], told["decided_by"]) == (200, decision, "manager")
    assert await said(api, bank, onec, decision) == (200, told)
    assert await listed(api, account, possible_duplicate=True) == set()
    assert await listed(api, account) == {bank, onec}
    [found] = (await api.get(f"/bank-transactions/{bank}/duplicates"))["possible"]
    assert (found["open"], found["decision"]) == (False, told)


async def test_one_payment_is_counted_once_only_where_that_is_asked_for(api: Installation) -> None:
    account, bank, onec = await pair(api)
    assert await listed(api, account, counted_once=True) == {bank, onec}
    await said(api, bank, onec, "same")
    assert await listed(api, account, counted_once=True) == {onec}
    assert await listed(api, account, counted_once=False) == {bank, onec}
    page = await api.get("/bank-transactions", account=account)
    assert {row["id"]: row["same_as"] for row in page["items"]} == {bank: onec, onec: bank}
    # 1C takes its document back: the bank's row stands alone again.
    await run(api, "UPDATE bank_transaction SET retracted = true WHERE id = %s", onec)
    assert await listed(api, account, counted_once=True) == {bank}


async def test_a_payment_has_one_partner_and_the_rest_is_seen_at_once(api: Installation) -> None:
    account, bank, onec = await pair(api)
    second, third = await added(api, account, onec=True), await added(api, account, onec=False)
    await said(api, bank, onec, "same")
    assert await listed(api, account, possible_duplicate=True) == {second, third}
    status, problem = await said(api, bank, second, "same")
    assert (status, problem["code"]) == (409, "already_paired")
    assert (await said(api, bank, onec, "different"))[0] == 200
    assert (await said(api, bank, second, "same"))[0] == 200
    assert await listed(api, account, possible_duplicate=True) == {onec, third}


async def test_two_who_decide_at_once_give_a_payment_one_partner(api: Installation) -> None:
    account, bank, onec = await pair(api)
    others = [onec, *[await added(api, account, onec=True) for _ in range(4)]]
    answers = await asyncio.gather(*[said(api, bank, other, "same") for other in others])
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409, 409]
    [mine] = [
        row for row in (await api.get("/bank-transactions", account=account))["items"] if row["id"] == bank
    ]
    assert mine["same_as"] == others[[status for status, _ in answers].index(200)]


async def test_a_partner_that_was_taken_back_can_be_replaced(api: Installation) -> None:
    account, bank, onec = await pair(api)
    await said(api, bank, onec, "same")
    await run(api, "UPDATE bank_transaction SET retracted = true WHERE id = %s", onec)
    again = await added(api, account, onec=True)
    assert await listed(api, account, possible_duplicate=True) == {bank, again}
    assert (await said(api, bank, again, "same"))[0] == 200


async def test_what_was_said_before_stays(api: Installation) -> None:
    _, bank, onec = await pair(api)
    for decision in ("different", "same", "different"):
        await said(api, bank, onec, decision)
    kept = await run(
        api, "SELECT decision, current FROM duplicate_decision WHERE file_id = %s ORDER BY id", bank
    )
    assert kept == [("different", False), ("same", False), ("different", True)]


async def test_who_may_not_and_what_is_no_pair(api: Installation) -> None:
    _, bank, onec = await pair(api)
    assert (await said(api, bank, onec, "same", role="user"))[0] == 403
    status, problem = await said(api, bank, bank, "same")
    assert (status, problem["code"]) == (404, "pair_unknown")
    status, _ = await said(api, bank, onec, "perhaps")
    assert status == 422
    async with api.client() as client:
        answer = await client.get(f"/api/v1/bank-transactions/{uuid4()}/duplicates")
    assert (answer.status_code, answer.json()["code"]) == (404, "transaction_unknown")
