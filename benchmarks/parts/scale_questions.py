"""What people ask of a large installation: each filter alone, and as they are used together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from projections.queries import paging


@dataclass(frozen=True, slots=True)
class Question:
    """A GET; ``group`` is what it is a question to."""

    group: str
    what: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)


def task_id(number: int) -> str:
    """As ``scale_tasks.sql`` makes them."""
    text = f"019{number:09x}70008000{number:012x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def questions(tasks: int, begin: datetime) -> list[Question]:
    """Of an installation of so many tasks, 31 s apart from ``begin`` on."""

    def when(share: float) -> datetime:
        return begin + timedelta(seconds=31 * int(tasks * share))

    return [
        *_lists(tasks, when(0.9), when(0.92)),
        *_counters(when(0.5), when(0.9)),
        *_as_of(when(0.6), when(0.5)),
        *_searches(tasks, when(0.5), when(0.7)),
        *_trails(tasks),
    ]


def _deep(number: int, at: datetime) -> str:
    return paging.encode((at, task_id(number)))


def _lists(tasks: int, first: datetime, last: datetime) -> Iterator[Question]:
    month = {"created_from": first.isoformat(), "created_to": last.isoformat()}
    middle = _deep(int(tasks * 0.5), first - timedelta(seconds=31 * tasks * 0.4))
    beginning = _deep(1_000, first - timedelta(seconds=31 * (tasks * 0.9 - 1_000)))
    asked: dict[str, Mapping[str, Any]] = {
        "first page": {},
        "first page of 500": {"limit": 500},
        "deep page": {"cursor": middle},
        "last pages": {"cursor": beginning},
        "completed": {"status": "completed"},
        "failed": {"status": "failed"},
        "failed or stopped": {"status": ["failed", "cancelled"]},
        "running": {"status": "running"},
        "a common kind": {"kind": "bank_transactions"},
        "a rare kind": {"kind": "bulk"},
        "two kinds": {"kind": ["quotes", "classifier_train"]},
        "partial": {"outcome": "partial"},
        "undone": {"outcome": "undone"},
        "who asks most": {"submitted_by": "person 0"},
        "who asks little": {"submitted_by": "person 299"},
        "who never asked": {"submitted_by": "nobody"},
        "a period": month,
        "an empty period": {"created_to": "2020-01-01T00:00:00Z"},
        "a common failure": {"failure": "f0"},
        "a rare failure": {"failure": "f39"},
        "retrying": {"retrying": True},
        "not retrying": {"retrying": False},
        "a common text": {"q": "Остатки"},
        "a rare text": {"q": "_500001."},
        "a text of two letters": {"q": "кл"},
        "a text nobody wrote": {"q": "зарплата"},
        "an id": {"q": task_id(tasks // 2)},
        "failed, a kind": {"status": "failed", "kind": "stock_import"},
        "failed, a rare kind": {"status": "failed", "kind": "bulk"},
        "stopped, a kind, a person, a period": {
            "status": "cancelled", "kind": "contractors", "submitted_by": "person 2", **month
        },
        "a kind, a person": {"kind": "bank_transactions", "submitted_by": "person 0"},
        "a kind, a person who never asks for it": {"kind": "recalculate", "submitted_by": "person 1"},
        "the same, completed": {"kind": "recalculate", "submitted_by": "person 1", "status": "completed"},
        "the same, clean": {"kind": "recalculate", "submitted_by": "person 1", "outcome": "clean"},
        "a kind, partial, a person": {
            "kind": "pricelist_create", "outcome": "partial", "submitted_by": "person 150"
        },
        "a period, a person": {"submitted_by": "person 30", **month},
        "long ago, a kind": {"kind": "quotes", "created_to": "2025-11-20T00:00:00Z"},
        "long ago, undone": {"outcome": "undone", "created_to": "2025-11-20T00:00:00Z"},
        "a failure, a kind": {"failure": "f0", "kind": "bulk"},
        "a failure, a person": {"failure": "f1", "submitted_by": "person 200"},
        "a text, failed": {"q": "склад 7 ", "status": "failed"},
        "a text, a person, a period": {"q": "kl_to_1c", "submitted_by": "person 40", **month},
        "retrying, a kind": {"retrying": True, "kind": "stock_import"},
        "everything": {
            "status": ["completed", "failed"], "kind": ["quotes", "components"], "outcome": "partial",
            "submitted_by": "person 20", "retrying": False, **month,
        },
    }  # fmt: skip
    for what, query in asked.items():
        yield Question("the list", what, "/tasks", query)


def _counters(middle: datetime, last: datetime) -> Iterator[Question]:
    month = {"rejected_from": (last - timedelta(days=30)).isoformat(), "rejected_to": last.isoformat()}
    between = {"from": last.isoformat(), "to": (last + timedelta(days=30)).isoformat()}
    then = {"as_of": (middle + timedelta(seconds=7)).isoformat()}
    yield Question("counters", "now", "/tasks/counts")
    yield Question("counters", "as of a time", "/tasks/counts", then)
    yield Question("counters", "the difference of a month", "/tasks/counts/diff", between)
    yield Question("counters", "causes of rejections, a month", "/rejects/groups", month)
    of_kind = {**month, "kind": "contractors"}
    yield Question("counters", "causes of rejections of a kind, a month", "/rejects/groups", of_kind)


def _as_of(then: datetime, earlier: datetime) -> Iterator[Question]:
    asked: dict[str, Mapping[str, Any]] = {
        "first page": {},
        "failed": {"status": "failed"},
        "running": {"status": "running"},
        "undone": {"outcome": "undone"},
        "a rare kind": {"kind": "bulk"},
        "who asks most": {"submitted_by": "person 0"},
        "who asks little": {"submitted_by": "person 299"},
        "a rare failure": {"failure": "f39"},
        "retrying": {"retrying": True},
        "a period": {
            "created_from": (earlier - timedelta(days=30)).isoformat(),
            "created_to": earlier.isoformat(),
        },
        "a rare text": {"q": "_500001."},
        "failed, a kind, a person": {"status": "failed", "kind": "stock_import", "submitted_by": "person 3"},
        "a kind, a person who never asks for it": {"kind": "recalculate", "submitted_by": "person 1"},
    }
    for what, query in asked.items():
        yield Question("the list as of a time", what, "/tasks", {**query, "as_of": then.isoformat()})


def _searches(tasks: int, first: datetime, last: datetime) -> Iterator[Question]:
    span = {"time_from": first.isoformat(), "time_to": last.isoformat()}
    asked: dict[str, Mapping[str, Any]] = {
        "newest": {},
        "a span": span,
        "failures": {"type": "task.failed.v1"},
        "failures of a span": {"type": "task.failed.v1", **span},
        "batches": {"type": "task.batch_imported.v1"},
        "batches of a rare kind": {"type": "task.batch_imported.v1", "kind": "bulk"},
        "a rare kind": {"kind": "bulk"},
        "two types, two kinds": {"type": ["task.failed.v1", "task.cancelled.v1"], "kind": ["quotes", "bulk"]},
        "failures of a kind": {"type": "task.failed.v1", "kind": "classifier_train"},
        "who asks most": {"actor": "person 0"},
        "who asks little": {"actor": "person 299"},
        "a person and a kind": {"actor": "person 1", "kind": "recalculate"},
        "a process": {"actor": "system:reader"},
        "an unknown process": {"actor": "system:nobody"},
        "a process of one day long ago": {"actor": "system:mender"},
        "a process of each week": {"actor": "system:sweeper"},
        "a process and a type": {"actor": "system:reader", "type": "task.failed.v1"},
        "a process and a kind": {"actor": "system:sweeper", "kind": "bulk"},
        "a word of a process": {"q": "f5", "actor": "system:conductor"},
        "a word of a rare process": {"q": "upload", "actor": "system:sweeper"},
        "a common word": {"q": "upload"},
        "a rare word": {"q": "f39"},
        "a word nobody wrote": {"q": "зарплата"},
        "words of a span": {"q": "onec_away f20", **span},
        "a word of a person": {"q": "upload", "actor": "person 299"},
        "a word of a kind": {"q": "f5", "kind": "quotes"},
        "a task": {"task_id": task_id(tasks // 2 + 1)},
        "a type that is not there": {"type": "task.stalled.v1"},
    }
    for what, query in asked.items():
        yield Question("the search over events", what, "/events", query)


def _trails(tasks: int) -> Iterator[Question]:
    long, short = task_id(tasks // 2), task_id(tasks // 2 + 1)
    yield Question("one task", "events", f"/tasks/{short}/events")
    yield Question("one task", "10,000 events, first page", f"/tasks/{long}/events")
    offset = 1_000_000_000 + tasks // 2 * 10_000 + 9_000
    yield Question(
        "one task", "10,000 events, deep page", f"/tasks/{long}/events", {"cursor": paging.encode((offset,))}
    )
    yield Question("one task", "itself", f"/tasks/{short}")
    yield Question("one task", "attempts", f"/tasks/{long}/attempts")
    yield Question("one task", "rejected rows", f"/tasks/{long}/rejects")
