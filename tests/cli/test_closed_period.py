"""The closed period, the impact of a task and what is kept of it, in a terminal; a small API answers."""

from typing import Any

import pytest
from fastapi import Request
from typer.testing import Result

from tests.cli.running import tidemark
from tests.cli.socketless import TASK, Socketless, served, state

Json = dict[str, Any]
OTHER = "01900000-0000-7000-8000-000000000002"
CLOSED = {
    "closed_until": "2025-03-31",
    "reason": "Март сдан",
    "set_by": "admin",
    "set_at": "2025-04-02T09:00:00Z",
}


class Office(Socketless):
    """Beside tasks it answers what these commands ask, and keeps what was said to it."""

    def __init__(self, *states: Json, related: tuple[Json, ...] = ()) -> None:
        super().__init__(*(states or (state("failed", 1),)))
        self.said: list[Json] = []
        self._related = related
        self.app.put("/api/v1/closed-period")(self._put)
        self.app.get("/api/v1/closed-period")(self._now)
        self.app.get("/api/v1/closed-period/history")(self._history)
        self.app.get("/api/v1/tasks/{task_id}/impact")(self._impact)
        for path in ("tasks/{task_id}/replay", "tasks/{task_id}/undo", "transactions/reclassify"):
            self.app.post(f"/api/v1/{path}")(self._asked)
        self.app.post("/api/v1/sync-1c/bank-transactions/sync-async")(self._asked)

    async def _put(self, request: Request) -> Json:
        said = await request.json()
        self.said.append(said)
        return CLOSED | {"closed_until": said["closed_until"]}

    async def _now(self) -> Json:
        return CLOSED

    async def _history(self) -> Json:
        opened = CLOSED | {"closed_until": None, "reason": "Исправление"}
        return {"items": [CLOSED, opened], "next_cursor": None}

    async def _impact(self) -> Json:
        return {"task_id": TASK, "standing_on": list(self._related), "stands_on": []}

    async def _asked(self, request: Request) -> Json:
        self.said.append(await request.json())
        return {"task_id": TASK, "status": "pending", "message": "asked"}


def run(office: Office, *arguments: str) -> Result:
    with served(office) as url:
        return tidemark(*arguments, env={"TIDEMARK_API_URL": url, "TIDEMARK_PASSWORD": "x"})


def test_what_is_closed_is_shown_with_who_when_and_why() -> None:
    for arguments in (("closed-period",), ("closed-period", "show")):
        result = run(Office(), *arguments)
        assert result.exit_code == 0, result.output
        assert "Bookings up to 31 Mar 2025, that day included, are closed" in result.stdout
        assert "Март сдан" in result.stdout
        assert "Исправление" in result.stdout


def test_it_is_set_and_opened_with_a_reason() -> None:
    office = Office()
    closed = run(office, "closed-period", "set", "2025-03-31", "--reason", "Март сдан")
    opened = run(office, "closed-period", "clear", "--reason", "Исправление")
    assert "up to 31 Mar 2025" in closed.stdout
    assert "No period is closed" in opened.stdout
    assert office.said == [
        {"closed_until": "2025-03-31", "reason": "Март сдан"},
        {"closed_until": None, "reason": "Исправление"},
    ]
    assert run(office, "closed-period", "clear").exit_code == 2, "without a reason nothing is done"


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", TASK),
        ("undo", TASK),
        ("sync", "transactions"),
        ("classify", "reclassify", "--from", "2025-03-01", "--to", "2025-03-31"),
    ],
)
def test_an_administrators_reason_goes_with_what_is_asked(arguments: tuple[str, ...]) -> None:
    office = Office(state("failed", 1) | {"recorded_until": None, "input_expires_soon": False})
    result = run(office, *arguments, "--closed-period-reason", "Аудит")
    assert result.exit_code == 0, result.output
    assert [one["closed_period_reason"] for one in office.said] == ["Аудит"]


@pytest.mark.parametrize(
    ("until", "soon", "words"),
    [
        ("2999-01-01T00:00:00Z", False, "Recorded input is kept until"),
        ("2999-01-01T00:00:00Z", True, "needs nobody's file"),
        ("2020-01-01T00:00:00Z", False, "--input source"),
    ],
)
def test_a_replay_says_until_when_the_input_is_kept(until: str, soon: bool, words: str) -> None:
    kept = {"recorded_until": until, "input_expires_soon": soon}
    result = run(Office(state("failed", 1) | kept), "replay", TASK)
    assert words in result.stderr
    assert "kept" not in result.stdout


def related(task_id: str, how: str, rows: int, kind: str | None, outcome: str | None = None) -> Json:
    at = "2025-03-03T09:00:00Z" if kind else None
    return {
        "task_id": task_id,
        "how": how,
        "rows": rows,
        "kind": kind,
        "status": "completed",
        "outcome": outcome,
        "created_at": at,
        "link": f"/api/v1/tasks/{task_id}",
    }


def test_the_impact_of_a_task_is_a_small_tree() -> None:
    task = state("completed", 1, "clean") | {"kind": "quotes", "created_at": "2025-03-03T08:00:00Z"}
    office = Office(
        task,
        related=(
            related(OTHER, "listed", 2, "pricelist_create"),
            related(OTHER, "priced", 1, "pricelist_create", "undone"),
            related(TASK[:-1] + "3", "changed", 1, None),
        ),
    )
    result = run(office, "impact", TASK)
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[0].startswith(f"{TASK} · ")
    assert lines[1] == "├── stands on nothing that is known"
    assert lines[2] == "└── what stands on it"
    assert lines[3].startswith(f"    ├── {OTHER} · ")
    assert lines[3].endswith("2 items of a price list, 1 price")
    assert lines[4] == f"    └── {TASK[:-1]}3 · removed from the lists · 1 row written over"


def test_for_a_program_it_is_as_the_api_gives_it() -> None:
    result = run(Office(), "impact", TASK, "--json")
    assert '"standing_on": []' in result.stdout
