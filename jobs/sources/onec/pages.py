"""Pages as they are kept: put once, never changed, so that a second reading is byte for byte the first."""

import gzip
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import orjson

from jobs.base import Row
from jobs.sources.onec.paging import Key


class PageStore(Protocol):
    """Where pages are kept by name; ``infra.objects.ObjectStore`` is one."""

    async def get(self, name: str, /) -> bytes | None:
        """What is stored under the name, or None."""
        ...

    async def put_if_absent(self, name: str, data: bytes, /) -> bytes:
        """Keep ``data`` unless the name is taken, and return what is stored, whoever put it."""
        ...


class MemoryPages:
    """Pages in memory: for tests and for a look without a stack."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def get(self, name: str, /) -> bytes | None:
        return self.kept.get(name)

    async def put_if_absent(self, name: str, data: bytes, /) -> bytes:
        return self.kept.setdefault(name, data)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of resolved rows of one entity set and where it ended.

    ``read`` counts the set's documents up to and including this page; ``last`` = the set has no more.
    ``notes`` are what a reader of the result must know of it.
    """

    entity: str
    rows: list[Row]
    after: Key | None
    read: int
    last: bool
    notes: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """The same page gives the same bytes: gzip without a time, keys in their order."""
        after = asdict(self.after) if self.after else None
        # Not asdict(self): it copies every row and takes three times as long as all the rest of a page.
        kept = {
            "entity": self.entity,
            "rows": self.rows,
            "after": after,
            "read": self.read,
            "last": self.last,
        }
        return _pack(kept | ({"notes": self.notes} if self.notes else {}))

    @classmethod
    def decode(cls, data: bytes) -> "StoredPage":
        found = orjson.loads(gzip.decompress(data))
        after = Key(**found["after"]) if found["after"] else None
        return cls(**{**found, "after": after, "notes": tuple(found.get("notes", ()))})


@dataclass(frozen=True, slots=True)
class StoredSurvey:
    """How many documents each entity set had when the attempt began."""

    counts: dict[str, int]

    def encode(self) -> bytes:
        return _pack(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> "StoredSurvey":
        return cls(**orjson.loads(gzip.decompress(data)))


@dataclass(frozen=True, slots=True)
class PageNames:
    """The names of one attempt's pages."""

    task_id: str
    attempt: int

    @property
    def survey(self) -> str:
        return f"pages/{self.task_id}/{self.attempt}/survey.json.gz"

    def page(self, number: int) -> str:
        return f"pages/{self.task_id}/{self.attempt}/{number:06d}.json.gz"


def _pack(value: Any) -> bytes:
    return gzip.compress(orjson.dumps(value), compresslevel=1, mtime=0)
