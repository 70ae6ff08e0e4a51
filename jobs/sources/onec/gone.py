"""Elements that were imported earlier and that a complete reading has not met: are they deleted in 1C?

Nothing is taken back because a list does not show it: ``allowedOnly`` and rights at record level hide
elements silently, and a document that was given another date is in another period. Each one that was not met
is asked for by its reference, without ``allowedOnly``, and only OData's 404 with code 9 says that it is gone.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from domain.errors import SourceRefused
from jobs.base import Row
from jobs.sources.onec import parsing
from jobs.sources.onec.client import OneC

# The place of a row whose element is gone; beside it only what a person knows it by.
GONE = "#gone"
# So many more missing than usual is another infobase, a backup or lost rights, and no deletion.
FEW, TENTH, MOST = 100, 10, 1_000
# Some 75 bytes each are remembered.
MOST_SEEN = 1_000_000
PAGE = 5_000

Connect = Callable[[], AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an earlier import brought: its entity set, its reference, what a person knows it by."""

    entity: str
    ref: str
    shown: Row


# Everything that was imported earlier within what is being read, in any order.
Earlier = Callable[[], AsyncIterator[Imported]]


@dataclass(frozen=True, slots=True)
class Missed:
    """What was not met: elements that are gone, references of those that are still there, and notes:
    ``onec_many_missing`` (nothing was asked), ``onec_missing_unreadable`` (1C would not say of some),
    ``onec_deletions_not_checked`` (over a million elements)."""

    gone: list[Imported] = field(default_factory=list)
    moved: list[Imported] = field(default_factory=list)
    notes: tuple[str, ...] = ()


class Seen:
    """References that a reading has met, by their hashes."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self.complete = True

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            ref = parsing.ref(row.get("Ref_Key"))
            if ref is not None:
                self._hashes.add(_hash(ref))
        if len(self._hashes) > MOST_SEEN:
            self.complete = False
            self._hashes.clear()

    async def missed(self, onec: OneC, earlier: Earlier) -> Missed:
        """What of ``earlier`` was not met, each asked for by its reference."""
        if not self.complete:
            return Missed(notes=("onec_deletions_not_checked",))
        most = min(MOST, max(FEW, len(self._hashes) // TENTH))
        absent: list[Imported] = []
        async for element in earlier():
            if _hash(element.ref) not in self._hashes:
                absent.append(element)
            if len(absent) > most:
                return Missed(notes=("onec_many_missing",))
        return await _asked(onec, absent)


async def _asked(onec: OneC, absent: Iterable[Imported]) -> Missed:
    found = Missed()
    unreadable = False
    for element in absent:
        try:
            there = await onec.has(element.entity, element.ref)
        except SourceRefused as refused:
            # This one is none of ours to see; a wrong password or a closed publication ends the reading.
            if refused.code not in ("onec_rights", "onec_exception"):
                raise
            unreadable = True
        else:
            (found.moved if there else found.gone).append(element)
    return Missed(found.gone, found.moved, ("onec_missing_unreadable",) if unreadable else ())


def gone_row(element: Imported) -> Row:
    """The row that takes an element back."""
    return {"Ref_Key": element.ref, **element.shown, GONE: True}


def _hash(ref: str) -> int:
    return hash(UUID(ref).int)
