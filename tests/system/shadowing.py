"""A shadow over the real API, and a checksum of everything that kinds have written."""

import re
from pathlib import Path
from typing import Any

import httpx

import jobs.kinds.migrations
from tests.system.client import Client, Json
from tests.system.running import RunningStack
from tests.waiting import until

# Dry runs keep there what they themselves need to know, under their own ids.
_OF_DRY_RUNS = {"preview_key", "table_mapping", "task_text"}
_MADE = re.compile(r"CREATE TABLE (\w+)")


def kind_tables() -> list[str]:
    """Every table that a kind writes, by the migrations that make them."""
    folder = Path(jobs.kinds.migrations.__file__).parent
    made = {name for file in folder.glob("*.sql") for name in _MADE.findall(file.read_text(encoding="utf-8"))}
    return sorted(made - _OF_DRY_RUNS)


def checksums(stack: RunningStack) -> dict[str, tuple[int, str]]:
    """By table: its rows, and a digest of all that they say."""
    found = {}
    with stack.database() as connection:
        for name in kind_tables():
            digest = "md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
            row = connection.execute(f"SELECT count(*), {digest} FROM {name} t".encode()).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    assert len(found) > 15
    return found


def asked(client: Client, task_id: str, language: str = "en", **wanted: Any) -> httpx.Response:
    headers = {"Accept-Language": language}
    return client.http.post(f"/tasks/{task_id}/shadow", json=wanted, headers=headers)


def begun(client: Client, task_id: str, **wanted: Any) -> str:
    answer = asked(client, task_id, **wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def shadowed(client: Client, task_id: str, **wanted: Any) -> Json:
    """What a shadow has said when it has ended."""
    shadow_id = begun(client, task_id, **wanted)
    task = client.finished(shadow_id)
    assert (task["status"], task["shadow_of"], task["dry_run"]) == ("completed", task_id, True), task
    return client.get(f"/tasks/{shadow_id}/shadow")


def would(client: Client, shadow: Json, **query: str) -> list[Json]:
    return client.every(f"/tasks/{shadow['task_id']}/shadow/rows", **query)


def promoted(client: Client, shadow: Json) -> Json:
    """The original when it has done what the shadow said."""
    answer = client.http.post(f"/tasks/{shadow['task_id']}/promote")
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert (said["task_id"], said["attempt"]) == (shadow["shadow_of"], shadow["attempt"] + 1)
    task_id = str(said["task_id"])
    until(lambda: client.task(task_id)["attempt"] == said["attempt"], "the attempt is there")
    return client.finished(task_id)
