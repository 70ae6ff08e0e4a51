"""An API that knows some pairs, some days and some warnings, and remembers what it was told."""

from typing import Any
from uuid import UUID

from fastapi import Request

from tests.cli.socketless import Json, Socketless


def pair(number: int, *, alone: bool = True, **more: Any) -> Json:
    """A payment of 100 roubles in both sources."""
    half = {
        "number": str(number),
        "booked_on": "2025-03-03",
        "counterparty_name": "ООО Ромашка",
        "counterparty_inn": "",
        "purpose": "",
    }
    return {
        "account": "40702810000000000001",
        "amount": "100.00",
        "currency": "RUB",
        "direction": "out",
        "bank": half | {"id": str(UUID(int=number))},
        "onec": half | {"id": str(UUID(int=10_000 + number))},
        "days_apart": 0,
        "same_number": False,
        "same_inn": False,
        "alone": alone,
    } | more


def day(text: str, status: str, difference: str | None = None) -> Json:
    return {"day": text, "status": status, "documents": 0, "difference": difference, "tasks": []}


class Books(Socketless):
    """``asked`` are the queries of lists, ``told`` the decisions; ``refused`` are taken already."""

    def __init__(
        self, *pairs: Json, accounts: list[Json] | None = None, warned: list[Json] | None = None
    ) -> None:
        super().__init__()
        self.pairs = list(pairs)
        self.accounts, self.warned = accounts or [], warned or []
        self.queries: list[dict[str, str]] = []
        self.told: list[list[Json]] = []
        self.refused: set[str] = set()
        self.app.get("/api/v1/duplicates")(self._pairs)
        self.app.post("/api/v1/duplicates/decisions")(self._decide)
        self.app.get("/api/v1/accounts/coverage")(self._coverage)
        self.app.get("/api/v1/tasks/{task_id}/warnings")(self._warnings)

    async def _pairs(self, request: Request) -> Json:
        asked = dict(request.query_params)
        self.queries.append(asked)
        first, most = int(asked.get("cursor", 0)), int(asked["limit"])
        after = first + most if first + most < len(self.pairs) else None
        items = self.pairs[first : first + most]
        return {
            "items": items,
            "total": len(self.pairs),
            "next_cursor": None if after is None else str(after),
        }

    async def _decide(self, request: Request) -> Json:
        asked: list[Json] = (await request.json())["pairs"]
        self.told.append(asked)
        results = ["already_paired" if one["one"] in self.refused else "decided" for one in asked]
        return {"items": [one | {"result": result} for one, result in zip(asked, results, strict=True)]}

    async def _coverage(self, request: Request) -> Json:
        self.queries.append(dict(request.query_params))
        return {"items": self.accounts, "next_cursor": None}

    async def _warnings(self, task_id: str, request: Request) -> Json:
        return {"items": self.warned, "total": len(self.warned), "next_cursor": None}
