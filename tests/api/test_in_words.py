"""What a task is about, and where a table has a rejected row, as a person says it."""

from typing import Any

import pytest

from api.shown import reject_info
from infra.clock import utc_now
from infra.wording import days
from tests.api.installation import Installation

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def about(api: Installation, task_id: str, language: str) -> Any:
    async with api.client(**{"Accept-Language": language}) as client:
        return (await client.get(f"/api/v1/tasks/{task_id}")).json()["about"]


async def test_a_sync_is_about_its_days_and_an_upload_about_its_file(api: Installation) -> None:
    body = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    answer = await api.post("/sync-1c/bank-transactions/sync-async", json=body)
    task_id = str(answer.json()["task_id"])
    assert await about(api, task_id, "en") == "1 Mar 2025 – 31 Mar 2025"
    assert await about(api, task_id, "ru") == "01.03.2025 – 31.03.2025"
    assert await about(api, await api.submitted(), "ru") == "выписка.txt"
    answer = await api.post("/sync-1c/contractors/sync-async", json={})
    assert await about(api, str(answer.json()["task_id"]), "ru") is None


async def test_one_day_is_said_once() -> None:
    day = utc_now().date().replace(year=2025, month=3, day=3)
    assert days(day, day, "ru") == "03.03.2025"


@pytest.mark.parametrize(("raw", "sheet_row"), [({"#row": 17}, 17), ({}, None), ({"#row": "17"}, None)])
async def test_a_reject_says_where_the_sheet_has_it(raw: dict[str, Any], sheet_row: int | None) -> None:
    row = {
        "attempt": 1,
        "batch_no": 1,
        "row_no": 12,
        "raw": raw,
        "field": "inn",
        "value": "",
        "code": "name_missing",
        "args": {},
        "fingerprint": "f",
        "rejected_at": utc_now(),
        "corrected": None,
        "current": True,
        "corrections": 0,
        "corrected_by": None,
        "corrected_at": None,
    }
    assert reject_info(row, "ru").sheet_row == sheet_row
