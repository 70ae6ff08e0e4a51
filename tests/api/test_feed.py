"""What one socket still has to be told: the newest state of each task, in the order of the log."""

import json
from typing import Any

import pytest

from api.feed import MOST_WAITING, Feed, Slow
from api.hub import Change
from projections.position import Position
from projections.queries.tasks import TaskRow
from projections.rows import document, task_row
from tests.projections.story import batch, started, submitted, view_of


def change(task: int, offset: int, created: int = 0, *, gone: bool = False) -> Change:
    """The task ``task`` of partition 3 as it stands at ``offset``."""
    task_id = f"01990000-0000-7000-8000-{task:012}"
    (row,) = json.loads(document([task_row(view_of(submitted, started, batch(1, created)))]))
    row |= {"id": task_id, "partition": 3, "offset": offset}
    return Change(task_id, None if gone else TaskRow(row, None, None, None), Position(3, offset), {3: offset})


async def told(feed: Feed) -> list[dict[str, Any]]:
    return [json.loads(text) for text in await feed.next(0.01)]


async def test_states_that_were_not_sent_yet_are_replaced_by_the_newest() -> None:
    feed = Feed(None, "en")
    feed.begin({})
    for heard in (change(1, 1, 10), change(2, 2, 5), change(1, 3, 30)):
        feed.hear(heard)
    messages = await told(feed)
    assert [(m["task"]["counts"]["created"], m["position"]) for m in messages] == [(5, "3:2"), (30, "3:3")]
    assert await told(feed) == []


async def test_what_the_snapshot_has_is_not_told_again() -> None:
    feed = Feed(None, "en")
    feed.hear(change(1, 1, 10))
    feed.hear(change(2, 2, 20))
    feed.begin({3: 1})
    feed.hear(change(1, 1, 10))
    assert [m["task"]["counts"]["created"] for m in await told(feed)] == [20]


async def test_who_follows_one_task_hears_of_no_other() -> None:
    feed = Feed(change(1, 1).task_id, "en")
    feed.begin({})
    feed.hear(change(2, 1))
    feed.hear(change(1, 2, gone=True))
    assert [(m["type"], m["id"]) for m in await told(feed)] == [("removed", change(1, 2).task_id)]


async def test_a_client_that_takes_nothing_is_dropped() -> None:
    feed = Feed(None, "en")
    feed.begin({})
    for task in range(MOST_WAITING + 1):
        feed.hear(change(task, task))
    with pytest.raises(Slow):
        await feed.next(0.01)
