"""A person at the API: signs in, uploads, waits; patient while the API is away."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import until

FINAL = frozenset({"completed", "failed", "cancelled"})
Json = dict[str, Any]


@dataclass
class Client:
    """One user's session."""

    http: httpx.Client

    @classmethod
    def signed_in(cls, api: str, user: str, password: str) -> "Client":
        http = httpx.Client(base_url=f"{api}/api/v1", timeout=60, trust_env=False)
        answer = http.post("/auth/token", data={"username": user, "password": password})
        http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        return cls(http)

    def upload(self, file: Path | bytes, language: str = "en", **fields: Any) -> httpx.Response:
        """``POST /imports/bank-transactions``; ``params`` is an object."""
        form = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()
        }
        headers = {"Accept-Language": language}
        if isinstance(file, bytes):
            files = {"file": ("выписка.txt", file)}
            return self.http.post("/imports/bank-transactions", files=files, data=form, headers=headers)
        with file.open("rb") as opened:
            return self.http.post(
                "/imports/bank-transactions", files={"file": (file.name, opened)}, data=form, headers=headers
            )

    def started(self, file: Path | bytes, **fields: Any) -> str:
        """The task that an upload became."""
        answer = self.upload(file, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def get(self, path: str, language: str = "en", **query: Any) -> Json:
        """A GET that must succeed."""
        answer = self.http.get(path, params=query, headers={"Accept-Language": language})
        found: Json = answer.raise_for_status().json()
        return found

    def task(self, task_id: str, language: str = "en") -> Json:
        return self.get(f"/tasks/{task_id}", language)

    def every(self, path: str, **query: Any) -> list[Json]:
        """A list to its end."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def finished(self, task_id: str, seconds: float = 240) -> Json:
        """The task when it has ended. The API may be away meanwhile."""
        last: Json = {}

        def ended() -> bool:
            last.update(self.patiently(task_id))
            return last.get("status") in FINAL

        until(ended, f"the end of task {task_id}", seconds)
        return last

    def patiently(self, task_id: str) -> Json:
        """The task, or nothing while the API or the database is away."""
        try:
            answer = self.http.get(f"/tasks/{task_id}")
        except httpx.TransportError:
            return {}
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return {}
        found: Json = answer.raise_for_status().json()
        return found
