"""Rejected rows over HTTP: grouped by cause, corrected, and who has done it."""

import pytest

from events.tasks import TaskRequestAccepted
from tests.api.installation import Installation, Json
from tests.api.rejecting import DATE, ROW, SUM, corrected, rejected, with_rejects

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_rows_are_grouped_by_their_cause_the_largest_group_first(api: Installation) -> None:
    rows = [rejected(number) for number in range(1, 13)]
    task_id = await with_rejects(api, *rows, rejected(50, **SUM), rejected(40, **SUM))
    found = await api.get(f"/tasks/{task_id}/rejects/groups", limit=1)
    [group] = found["items"]
    assert (group["code"], group["field"], group["rows"]) == ("date_impossible", "Дата", 12)
    assert group["message"] == "there is no such day"
    assert group["some_rows"] == list(range(1, 11))
    rest = await api.get(f"/tasks/{task_id}/rejects/groups", cursor=found["next_cursor"])
    assert [(one["rows"], one["some_rows"]) for one in rest["items"]] == [(2, [40, 50])]
    assert rest["next_cursor"] is None
    listed = await api.get(f"/tasks/{task_id}/rejects", fingerprint="f-sum")
    assert [row["row_no"] for row in listed["items"]] == [40, 50]


async def test_causes_over_all_tasks_of_a_kind_and_a_period(api: Installation) -> None:
    why: Json = {**SUM, "fingerprint": "f-over-all"}
    first = await with_rejects(api, rejected(1, **why), rejected(2, **why))
    second = await with_rejects(api, rejected(1, **why))
    wanted = {"rejected_from": "2026-03-03T00:00:00Z", "rejected_to": "2026-03-04T00:00:00Z"}

    async def group(**params: str) -> list[Json]:
        found = await api.get("/rejects/groups", limit=500, **wanted, **params)
        return [one for one in found["items"] if one["fingerprint"] == "f-over-all"]

    [one] = await group(kind="bank-transactions")
    assert (one["rows"], one["tasks"], one["kinds"]) == (3, 2, ["bank_transactions"])
    assert one["some_tasks"] == [second, first]
    assert await group(kind="stock") == []
    found = await api.get("/rejects/groups", rejected_to="2026-03-03T00:00:00Z")
    assert found["items"] == []


async def test_causes_over_all_tasks_are_those_of_rows_that_stand(api: Installation) -> None:
    """Of an earlier attempt what the later one has neither loaded nor rejected again; a task counts once."""
    why: Json = {**SUM, "fingerprint": "f-standing"}

    async def group_of(fingerprint: str) -> list[Json]:
        found = await api.get("/rejects/groups", limit=500, rejected_from="2026-03-03T00:00:00Z")
        return [one for one in found["items"] if one["fingerprint"] == fingerprint]

    rows = [rejected(41, **why), rejected(42, **why), rejected(143, batch_no=2, **why)]
    task_id = await with_rejects(api, *rows)
    status, said = await corrected(api, task_id, 143, {"Дата": "28.02.2025"})
    assert status == 200, said
    api.live.rows(
        "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash) VALUES (%s, 2, 1, '')", task_id
    )
    again = TaskRequestAccepted(seq=9, request="replay", attempt=2, scope="unfinished")
    await api.live.publish(again, task_id=task_id)
    await api.live.until("SELECT attempt FROM task WHERE id = %s", task_id, rows=[(2,)])
    await api.live.publish_rejects(task_id, rejected(42, attempt=2, **why))
    await api.live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task_id, rows=[(4,)])
    [group] = await group_of("f-standing")
    assert (group["rows"], group["corrected"], group["tasks"]) == (2, 1, 1)
    assert group["some_tasks"] == [task_id]


async def test_a_correction_has_its_author_and_is_seen_at_once(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41), rejected(42))
    status, said = await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    assert status == 200, said
    assert (said["number"], said["corrected_by"], said["published"]) == (1, "manager", True)
    assert said["raw"] == ROW | {"Дата": "28.02.2025"}
    row = await api.get(f"/tasks/{task_id}/rejects/41")
    assert (row["corrections"], row["corrected_by"], row["current"]) == (1, "manager", True)
    assert row["raw"] == ROW
    assert row["corrected"] == said["raw"]
    [group] = (await api.get(f"/tasks/{task_id}/rejects/groups"))["items"]
    assert (group["rows"], group["corrected"]) == (2, 1)
    await api.live.until(
        "SELECT corrected ->> 'Дата' FROM reject WHERE task_id = %s AND row_no = 41",
        task_id,
        rows=[("28.02.2025",)],
    )


async def test_the_audit_trail_says_who_corrected_which_row_and_not_what(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    await api.live.until(
        "SELECT 1 FROM task_event WHERE task_id = %s AND type = 'task.row_corrected.v1'", task_id
    )
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    [event] = [one for one in events if one["type"] == "task.row_corrected.v1"]
    assert event["actor_name"] == "manager"
    assert set(event["data"]) == {"attempt", "row_no", "row_hash"}
    assert "28.02" not in str(event)


async def test_a_correction_is_corrected_and_all_of_them_can_be_read(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    status, _ = await corrected(api, task_id, 41, {"Дата": "01.03.2025"}, expected=1, role="admin")
    assert status == 200
    found = await api.get(f"/tasks/{task_id}/rejects/41/corrections", limit=1)
    rest = await api.get(f"/tasks/{task_id}/rejects/41/corrections", cursor=found["next_cursor"])
    said = [*found["items"], *rest["items"]]
    assert [(one["number"], one["corrected_by"], one["raw"]["Дата"]) for one in said] == [
        (1, "manager", "28.02.2025"),
        (2, "admin", "01.03.2025"),
    ]


async def test_failing_of_two_people_the_second_is_told(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    status, said = await corrected(api, task_id, 41, {"Дата": "01.03.2025"}, role="admin")
    assert (status, said["code"]) == (409, "row_corrected_meanwhile")
    assert "row 41" in said["detail"]


async def test_failing_a_row_that_is_loaded_or_rejected_again_by_now(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41), rejected(42), rejected(143, batch_no=2))
    api.live.rows(
        "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash) VALUES (%s, 2, 1, '')", task_id
    )
    await api.live.publish_rejects(task_id, rejected(42, ROW | {"Номер": "18"}, attempt=2))
    await api.live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task_id, rows=[(4,)])

    status, said = await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    assert (status, said["code"]) == (409, "row_loaded_since")
    status, said = await corrected(api, task_id, 42, {"Дата": "28.02.2025"}, attempt=1)
    assert (status, said["code"]) == (409, "row_rejected_again")
    current = await api.get(f"/tasks/{task_id}/rejects", only_current=True)
    assert [(row["attempt"], row["row_no"]) for row in current["items"]] == [(1, 143), (2, 42)]
    assert len((await api.get(f"/tasks/{task_id}/rejects"))["items"]) == 4
    [group] = (await api.get(f"/tasks/{task_id}/rejects/groups"))["items"]
    assert (group["rows"], group["some_rows"]) == (2, [42, 143])
    [group] = (await api.get(f"/tasks/{task_id}/rejects/groups", attempt=1))["items"]
    assert group["rows"] == 3
    status, said = await corrected(api, task_id, 42, {"Дата": "28.02.2025"}, attempt=2)
    assert (status, said["raw"]["Номер"]) == (200, "18")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Цвет": "красный"}, "correction_field_unknown"),
        ({"_defect": "x"}, "correction_field_unknown"),
        ({"Дата": "31.02.2025"}, "correction_unchanged"),
        ({"Дата": "28\0"}, "correction_value_unusable"),
        ({"Дата": "x" * 600_000}, "correction_too_large"),
        ({"Дата": [[[[[[[[[[[[1]]]]]]]]]]]]}, "correction_value_unusable"),
    ],
)
async def test_failing_what_a_row_cannot_be(api: Installation, fields: Json, code: str) -> None:
    task_id = await with_rejects(api, rejected(41))
    status, said = await corrected(api, task_id, 41, fields)
    assert (status, said["code"]) == (422, code), said
    assert (await api.get(f"/tasks/{task_id}/rejects/41"))["corrections"] == 0


async def test_a_field_that_was_empty_in_the_source_can_be_filled_in(api: Installation) -> None:
    why: Json = {"field": "price", "value": "", "code": "value_missing", "fingerprint": "p"}
    task_id = await with_rejects(
        api, rejected(1, {"number": "A1"}, **why), rejected(2, {"number": "A2", "vendor": "ACME"}, **why)
    )
    status, said = await corrected(api, task_id, 1, {"price": "12,50", "vendor": "ACME"})
    assert (status, said["raw"]) == (200, {"number": "A1", "price": "12,50", "vendor": "ACME"})


async def test_who_corrects_a_document_that_was_cut_off_vouches_for_it(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41, ROW | {"_defect": "document_truncated"}))
    _, said = await corrected(api, task_id, 41, {"Дата": "28.02.2025"})
    assert said["raw"] == ROW | {"Дата": "28.02.2025"}


async def test_failing_a_row_that_was_never_rejected(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    for row_no in (40, 0, 2**70):
        status, said = await corrected(api, task_id, row_no, {"Дата": "28.02.2025"})
        assert (status, said["code"]) == (404, "reject_unknown")
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/rejects/40")
    assert (answer.status_code, answer.json()["code"]) == (404, "reject_unknown")


async def test_failing_a_reader_may_look_and_not_correct(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    status, said = await corrected(api, task_id, 41, {"Дата": "28.02.2025"}, role="user")
    assert (status, said["code"]) == (403, "role_missing")
    assert (await api.get(f"/tasks/{task_id}/rejects/41"))["message"] == "there is no such day"


async def test_the_cause_is_told_in_the_readers_language(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41, **DATE))
    async with api.client(**{"Accept-Language": "ru"}) as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/rejects/groups")
    assert answer.json()["items"][0]["message"] == "такого дня не бывает"
