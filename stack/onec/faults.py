"""Faults that a test asks for: by header on one request, or planned for the ones to come.

``X-Simulate: slow;seconds=2`` or ``POST /_simulate {"fault": "gateway", "times": 3, "after": 1,
"path": "Document_"}``. What was done to documents and contractors (changed, unposted,
deleted, erased) stays until a reset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

FAULTS = frozenset(
    {
        "slow",  # answers after `seconds`
        "login",  # 401 of the web server
        "rights",  # 401 with code 20
        "forbidden",  # 403
        "no_entity",  # 404 with code 9
        "exception",  # 500 with code -1
        "not_implemented",  # 501, always XML
        "gateway",  # 503 with the web server's HTML
        "not_json",  # 200 with somebody's login page
        "broken_json",  # 200, JSON cut in the middle
        "redirect",  # 302 to another host
        "licence",  # no free licence
        "session_lost",  # the session is no longer known
        "repeat",  # the last page of this entity set once more
        "short",  # half of the page, as a proxy with a limit would
        "drop",  # the connection is closed in the middle of the body
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """``times`` requests (0 = until a reset) with ``path`` in their path; the first ``after`` pass."""

    name: str
    times: int = 1
    after: int = 0
    path: str = ""
    seconds: float = 1.0

    @classmethod
    def parse(cls, header: str) -> "Fault":
        """From ``X-Simulate``; raises ValueError."""
        name, *options = (part.strip() for part in header.split(";"))
        values = dict(option.split("=", 1) for option in options)
        return cls.of({"fault": name, **values})

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Fault":
        """From the admin's JSON; raises ValueError."""
        name = str(values.get("fault"))
        if name not in FAULTS:
            raise ValueError(f"no such fault: {name}")
        return cls(
            name,
            int(str(values.get("times", 1))),
            int(str(values.get("after", 0))),
            str(values.get("path", "")),
            float(str(values.get("seconds", 1.0))),
        )


class Faults:
    """What is planned; the first planned fault that fits a request is taken."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self.planned.append(fault)

    def take(self, path: str) -> Fault | None:
        """The fault of this request, if any; counts it."""
        for at, fault in enumerate(self.planned):
            if fault.path not in path:
                continue
            if fault.after:
                self.planned[at] = replace(fault, after=fault.after - 1)
                continue
            if fault.times == 1:
                del self.planned[at]
            elif fault.times:
                self.planned[at] = replace(fault, times=fault.times - 1)
            return fault
        return None

    def reset(self) -> None:
        self.planned.clear()
