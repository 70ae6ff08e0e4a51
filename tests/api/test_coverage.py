"""Which days of the own accounts are there, over HTTP."""

from typing import Any

import pytest

from tests.api.installation import Installation
from tests.api.payments import added, own_account, run
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

MARCH = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
_PERIOD = "INSERT INTO statement_period VALUES (%s, %s, %s, %s, %s, %s, %s)"


async def ended(api: Installation, task_id: str) -> str:
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    return task_id


async def imported(
    api: Installation,
    account: str,
    first: int,
    last: int,
    opening: int | None = None,
    closing: int | None = None,
    *,
    complete: bool = True,
    dry_run: str = "false",
) -> str:
    """A statement of days in March."""
    task_id = await api.submitted(dry_run=dry_run)
    days = f"2025-03-{first:02d}", f"2025-03-{last:02d}"
    await run(api, _PERIOD, task_id, account, 0, *days, opening, closing)
    return await ended(api, task_id) if complete else task_id


async def synchronised(api: Installation, first: str, last: str, **more: Any) -> str:
    body = {"date_from": first, "date_to": last} | more
    answer = await api.post("/sync-1c/bank-transactions/sync-async", json=body)
    assert answer.status_code == 202, answer.text
    return await ended(api, str(answer.json()["task_id"]))


async def days(api: Installation, account: str, **asked: str) -> dict[str, Any]:
    """Its days by their numbers in March."""
    page = await api.get("/accounts/coverage", account=account, **(MARCH | asked))
    assert [one["account"] for one in page["items"]] in ([], [account])
    return {day["day"][8:]: day for one in page["items"] for day in one["days"]}


async def test_loaded_empty_gap_and_break(api: Installation) -> None:
    account = own_account()
    first = await imported(api, account, 3, 4, 100, 150)
    second = await imported(api, account, 7, 8, 140, 100)
    third = await imported(api, account, 9, 9, 90, 90)
    await added(api, account, onec=False, day="2025-03-04")
    await added(api, "1", onec=False, day="2025-03-08", direction="transfer", other=account)
    found = await days(api, account)
    assert {
        number: (day["status"], day["documents"], day["difference"]) for number, day in found.items()
    } == {
        "03": ("empty", 0, None),
        "04": ("loaded", 1, None),
        "05": ("gap", 0, "-10.00"),
        "06": ("gap", 0, "-10.00"),
        "07": ("empty", 0, None),
        "08": ("loaded", 1, None),
        "09": ("balance_break", 0, "-10.00"),
    }
    assert [found[number]["tasks"] for number in ("03", "05", "07", "09")] == [[first], [], [second], [third]]
    part = await days(api, account, date_from="2025-03-06", date_to="2025-03-07")
    assert part == {number: found[number] for number in ("06", "07")}


async def test_what_did_not_complete_covers_nothing(api: Installation) -> None:
    account = own_account()
    await imported(api, account, 1, 2)
    await imported(api, account, 3, 4, complete=False)
    stopped = await imported(api, account, 5, 6, complete=False)
    await api.post(f"/tasks/{stopped}/cancel")
    await api.until(stopped, status="cancelled")
    await imported(api, account, 7, 8, dry_run="true")
    assert list(await days(api, account)) == ["01", "02"]


async def test_a_sync_covers_the_accounts_that_1c_has(api: Installation) -> None:
    of_1c, of_bank = own_account(), own_account()
    await added(api, of_1c, onec=True, day="2025-03-11")
    await imported(api, of_bank, 10, 10)
    task_id = await synchronised(api, "2025-03-10", "2025-03-12")
    await synchronised(api, "2025-03-13", "2025-03-14", dry_run=True)
    found = await days(api, of_1c)
    assert {number: day["status"] for number, day in found.items()} == {
        "10": "empty",
        "11": "loaded",
        "12": "empty",
    }
    assert {tuple(day["tasks"]) for day in found.values()} == {(task_id,)}
    assert list(await days(api, of_bank)) == ["10"]


async def test_a_cleanup_leaves_the_days_covered(api: Installation) -> None:
    account = own_account()
    task_id = await imported(api, account, 20, 21)
    failed = await imported(api, account, 25, 26, complete=False)
    await api.post(f"/tasks/{failed}/cancel")
    await api.until(failed, status="cancelled")
    answer = await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 0})
    assert answer.status_code == 202
    await api.live.until(
        "SELECT count(*) FROM purged_task WHERE id IN (%s, %s)", task_id, failed, rows=[(2,)]
    )
    found = await days(api, account)
    assert {number: day["tasks"] for number, day in found.items()} == {"20": [task_id], "21": [task_id]}


async def test_accounts_come_a_page_at_a_time(api: Installation) -> None:
    accounts = sorted([own_account() for _ in range(3)])
    for account in accounts:
        await imported(api, account, 1, 1)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await api.get("/accounts/coverage", limit=2, **MARCH, **cursor)
        assert len(page["items"]) <= 2
        seen += [one["account"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [account for account in seen if account in accounts] == accounts
    assert len(seen) == len(set(seen))


async def test_a_period_that_is_too_long_or_runs_backwards(api: Installation) -> None:
    async with api.client() as client:
        for asked, code in (
            ({"date_from": "2024-01-01", "date_to": "2025-03-31"}, "period_too_long"),
            ({"date_from": "2025-03-02", "date_to": "2025-03-01"}, "period_reversed"),
        ):
            answer = await client.get("/api/v1/accounts/coverage", params=asked)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await api.get("/accounts/coverage"))["date_from"] < (await api.get("/accounts/coverage"))[
        "date_to"
    ]
