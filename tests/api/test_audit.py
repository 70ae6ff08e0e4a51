"""Who did what: search, files that verify, reads that are written down, how things stood at a moment."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from domain.tampering import Tampered
from domain.verification import Verified, Verifier
from events.audit import RootSigned
from events.rows import RowRejected
from events.tasks import TaskSubmitted
from infra.kafka import Publisher
from infra.postgres import create_engine
from infra.settings import Settings
from infra.signing import signed_by, signer
from projections.roots import Roots
from projections.schema import in_schema
from tests.api.installation import Installation, Json, installed
from tests.kafka_reading import read_all
from tests.projections.story import batch, cancelled, completed, source_read, started, submitted

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(settings: Settings) -> AsyncIterator[Installation]:
    """Without a conductor: nothing is in the log but what a test puts there."""
    async with installed(settings, decides=False) as made:
        yield made


async def told(api: Installation, *events: Any) -> str:
    """A task of which these events are in the trail."""
    task_id = await api.live.publish(*events)
    await api.live.until(
        "SELECT count(*)::int FROM task_event WHERE task_id = %s", task_id, rows=[(len(events),)]
    )
    return task_id


async def file(api: Installation, path: str, role: str = "user", **query: Any) -> bytes:
    async with api.client(role) as client:
        answer = await client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


async def rooted(api: Installation) -> None:
    """Everything in the trail stands under a signed root that is published."""
    engine = in_schema(create_engine(api.settings.libpq_url), writes=True)
    publisher = Publisher(api.settings.kafka)
    try:
        roots = Roots(engine, publisher, signer(api.settings), api.settings.namespace)
        await roots.sign()
        await roots.publish()
    finally:
        await publisher.stop()
        await engine.dispose()


def verified(content: bytes, **known: Any) -> Verified:
    return Verifier(signed_by, **known).verify(content.splitlines(keepends=True))


async def test_the_trail_of_a_task_pages_and_is_chained(api: Installation) -> None:
    task_id = await told(api, submitted, started, batch(1), batch(1), source_read(100, 1), completed(100))
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    assert [event["number"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event["repeated"] for event in events] == [False, False, False, True, False, False]
    assert len({event["hash"] for event in events}) == 6
    first = await api.get(f"/tasks/{task_id}/events", limit=4)
    rest = await api.get(f"/tasks/{task_id}/events", limit=4, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == events


async def test_events_of_all_tasks_are_searched(api: Installation) -> None:
    wanted = TaskSubmitted(kind="stock_import", params={"supplier": "Ромашка винты"})
    task_id = await told(api, wanted, started, cancelled())
    other = await told(api, submitted, started)

    async def found(**query: Any) -> set[tuple[str, str]]:
        items = (await api.get("/events", **query))["items"]
        return {(item["task_id"], item["type"]) for item in items}

    assert await found(task_id=task_id, type="task.cancelled.v1") == {(task_id, "task.cancelled.v1")}
    assert {task for task, _ in await found(q="ромашка винты")} == {task_id}
    assert {task for task, _ in await found(kind="stock-import", limit=3)} == {task_id}
    assert (other, "task.started.v1") in await found(type=["task.started.v1", "task.failed.v1"], limit=500)
    assert await found(q="ромашка гвозди") == set()
    assert await found(actor="nobody-of-this-name") == set()
    assert await found(time_from="2040-01-01T00:00:00Z") == set()
    before = await found(time_to="2026-03-03T09:00:01Z", task_id=other)
    assert before == {(other, "task.submitted.v1")}


async def test_a_search_pages_through_everything_once(api: Installation) -> None:
    for _ in range(3):
        await told(api, submitted, started, batch(1))
    every = (await api.get("/events", limit=500))["items"]
    paged: list[Json] = []
    cursor: Mapping[str, Any] = {}
    while True:
        page = await api.get("/events", limit=2, **cursor)
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == every
    assert [event["time"] for event in every] == sorted((event["time"] for event in every), reverse=True)


async def test_reads_of_rejected_rows_and_exports_are_events_too(api: Installation) -> None:
    task_id = await told(api, submitted, started)
    row = RowRejected(attempt=1, batch_no=1, row_no=7, raw={"Сумма": "а"}, code="bad_sum", fingerprint="f")
    await api.live.publish_rejects(task_id, row)
    await api.live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task_id)
    await api.get(f"/tasks/{task_id}/rejects", role="manager", fingerprint="f")
    await file(api, f"/tasks/{task_id}/events/export", format="csv")
    await file(api, "/events/export", "manager", task_id=task_id, q="Иванов")
    reads = (await api.get("/events", task_id=task_id))["items"][:3]
    assert [(read["type"], read["actor_name"]) for read in reads] == [
        ("access.events_exported.v1", "manager"),
        ("access.events_exported.v1", "user"),
        ("access.rejects_read.v1", "manager"),
    ]
    assert reads[0]["data"] == {"format": "jsonl", "filters": ["task_id", "q"]}
    assert reads[0]["position"] is None
    mine = (await api.get("/events", type="access.rejects_read.v1", actor="manager"))["items"]
    assert reads[2] in mine


async def test_who_takes_rejected_rows_as_a_file_is_an_event_of_its_own(api: Installation) -> None:
    task_id = await told(api, submitted, started)
    row = RowRejected(attempt=1, batch_no=1, row_no=7, raw={"Сумма": "а"}, code="bad_sum", fingerprint="f")
    await api.live.publish_rejects(task_id, row)
    await api.live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task_id)
    await file(api, f"/tasks/{task_id}/rejects/export", "manager", format="csv")
    found = (await api.get("/events", task_id=task_id, type="access.rejects_exported.v1"))["items"]
    assert [(one["actor_name"], one["data"]) for one in found] == [("manager", {"filters": ["format"]})]
    assert (await api.get("/events", task_id=task_id, type="access.rejects_read.v1"))["items"] == []


async def test_an_export_verifies_and_its_roots_are_the_published_ones(api: Installation) -> None:
    task_id = await told(api, submitted, started, batch(1))
    await rooted(api)
    await api.live.publish(source_read(100, 1), completed(100), task_id=task_id)
    await api.live.status(task_id, "completed")
    half = verified(await file(api, f"/tasks/{task_id}/events/export"))
    assert (half.events, half.roots, half.covered) == (5, 1, 3)
    await rooted(api)
    key = (await api.get("/audit/key"))["key"]
    content = await file(api, f"/tasks/{task_id}/events/export")
    found = verified(content, key=key)
    assert (found.events, found.tasks, found.roots, found.covered) == (5, 1, 2, 5)
    published = await read_all(api.settings.kafka, f"{api.settings.namespace}audit.roots")
    roots = [envelope.event for envelope in published if isinstance(envelope.event, RootSigned)]
    trusted = {(root.partition, root.number): root for root in roots}
    assert verified(content, key=key, trusted=trusted) == found
    everything = verified(await file(api, "/events/export", "manager"), key=key, trusted=trusted)
    assert everything.complete
    assert everything.covered == everything.events >= 5
    chosen = verified(await file(api, "/events/export", "manager", type="task.started.v1"), key=key)
    assert not chosen.complete


async def test_one_byte_changed_is_found(api: Installation) -> None:
    task_id = await told(api, submitted, started, batch(1), completed(100))
    content = await file(api, f"/tasks/{task_id}/events/export")
    lines = (await api.get(f"/tasks/{task_id}/events"))["items"]
    with pytest.raises(Tampered) as found:
        verified(content.replace(b'\\"created\\":100', b'\\"created\\":900', 1))
    assert (found.value.fault, found.value.event) == ("changed", lines[2]["position"])


async def test_a_table_cannot_be_changed_either(api: Installation) -> None:
    """Whoever can write to PostgreSQL cannot make the chain fit again, nor sign it."""
    task_id = await told(api, submitted, started, batch(1), completed(100))
    api.live.rows(
        "UPDATE task_event SET value = replace(value, '100', '101') WHERE task_id = %s AND number = 3",
        task_id,
    )
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    with pytest.raises(Tampered) as found:
        verified(await file(api, f"/tasks/{task_id}/events/export"))
    assert (found.value.fault, found.value.event) == ("changed", events[2]["position"])
    api.live.rows(
        "UPDATE task_event SET value = replace(value, '101', '100') WHERE task_id = %s AND number = 3",
        task_id,
    )


async def test_a_sheet_of_events_runs_no_formula(api: Installation) -> None:
    task_id = await told(api, TaskSubmitted(kind="=cmd|'/c calc'!A1"), started)
    content = (await file(api, f"/tasks/{task_id}/events/export", format="csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["type"] for row in rows] == ["task.submitted.v1", "task.started.v1"]
    assert rows[0]["kind"] == "'=cmd|'/c calc'!A1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


async def test_the_task_the_list_and_the_counters_as_of_a_moment(api: Installation) -> None:
    task_id = await told(api, submitted, started, batch(1), source_read(100, 1), completed(100))
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    now = await api.get(f"/tasks/{task_id}")
    assert await api.get(f"/tasks/{task_id}", as_of=events[-1]["position"]) == now
    then = await api.get(f"/tasks/{task_id}", as_of=events[2]["time"])
    assert (then["status"], then["counts"]["created"], then["progress"]["processed"]) == ("running", 100, 100)
    listed = await api.get("/tasks", as_of=events[2]["position"], q=task_id)
    assert listed["items"] == [then]
    assert (await api.get("/tasks", as_of=events[2]["time"], q=task_id, status="completed"))["items"] == []
    counts = [await api.get("/tasks/counts", as_of=events[place]["time"]) for place in (2, 4)]
    difference = await api.get("/tasks/counts/diff", **{"from": events[2]["time"], "to": events[4]["time"]})
    assert [difference["before"], difference["after"]] == counts
    assert difference["change"]["completed"] == counts[1]["completed"] - counts[0]["completed"] > 0


async def test_what_changed_between_two_moments(api: Installation) -> None:
    task_id = await told(api, submitted, started, batch(1), source_read(100, 1), completed(100))
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    between = {"from": events[1]["position"], "to": events[4]["time"]}
    changes = {
        change["field"]: (change["before"], change["after"])
        for change in (await api.get(f"/tasks/{task_id}/diff", **between))["changes"]
    }
    assert changes["status"] == ("running", "completed")
    assert changes["counts.created"] == (0, 100)
    early = await api.get(f"/tasks/{task_id}/diff", **{"from": "2020-01-01", "to": events[0]["time"]})
    assert early["before"] is None
    assert early["after"]["status"] == "pending"


@pytest.mark.parametrize("said", ["yesterday", "3:x", "1:2:3", "99999-01-01", "3:99999999999999999999"])
async def test_a_moment_that_is_none_is_refused(api: Installation, said: str) -> None:
    task_id = await told(api, submitted)
    async with api.client() as client:
        for path in (f"/tasks/{task_id}", "/tasks", "/tasks/counts"):
            answer = await client.get(f"/api/v1{path}", params={"as_of": said})
            assert (answer.status_code, answer.json()["code"]) == (422, "as_of_invalid"), answer.text
        answer = await client.get(f"/api/v1/tasks/{task_id}", params={"as_of": "2020-01-01T00:00:00Z"})
        assert (answer.status_code, answer.json()["code"]) == (404, "task_not_then")
