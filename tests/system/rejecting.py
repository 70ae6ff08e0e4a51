"""A statement with rejected rows, and what the API says of them and takes for them."""

import csv
import io

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.waiting import until

DOCUMENTS = 350
BAD = ("amount_missing", "date_impossible", "date_impossible", "date_impossible")


def with_rejected_rows(manager: Client, made: Making) -> str:
    """The task of a statement with four rejected rows."""
    task_id = manager.started(made(DOCUMENTS, bad=BAD).path)
    assert manager.finished(task_id)["counts"]["rejected"] == len(BAD)
    until(lambda: len(rejects(manager, task_id)) == len(BAD), "the rejected rows are listed")
    return task_id


def rejects(client: Client, task_id: str) -> list[Json]:
    return client.every(f"/tasks/{task_id}/rejects", only_current=True)


def exported(client: Client, task_id: str) -> list[dict[str, str]]:
    answer = client.http.get(f"/tasks/{task_id}/rejects/export").raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def taken(client: Client, task_id: str, rows: list[dict[str, str]]) -> Json:
    into = io.StringIO()
    writer = csv.DictWriter(into, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    files = {"file": ("rows.csv", into.getvalue().encode())}
    answer = client.http.post(f"/tasks/{task_id}/rejects/corrections", files=files)
    found: Json = answer.raise_for_status().json()
    return found
