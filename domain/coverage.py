"""Which days of an own account are covered by statements, and where their balances do not meet.

Pure, and the same whatever order statements come in or how often one is given: statements are told apart by
task and period, and where two speak of the same day the newer task counts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

# Loaded (загружен), empty (нет операций), gap (нет выписки), balance_break (остатки не сходятся).
DayStatus = Literal["loaded", "empty", "gap", "balance_break"]
MOST_TASKS = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of one account, or a sync with 1C (without balances). Task ids are ordered by time; both
    days are included; balances are those before the first day and after the last."""

    task_id: str
    day_from: date
    day_to: date
    opening: Decimal | None = None
    closing: Decimal | None = None

    @property
    def has_balances(self) -> bool:
        return self.opening is not None and self.closing is not None


@dataclass(frozen=True, slots=True)
class Day:
    """``tasks`` are the newest that cover the day, at most 10. ``difference`` is by how much the balance has
    changed where no statement says why: on a day of ``balance_break``, and on every day of a ``gap`` between
    two statements whose balances are known (0 = nothing seems to be missing)."""

    day: date
    status: DayStatus
    documents: int
    difference: Decimal | None = None
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one statement says the balance was in the night before a day."""

    task_id: str
    opens: bool
    balance: Decimal


def coverage(
    statements: Iterable[Statement], documents: Mapping[date, int], first: date, last: date
) -> list[Day]:
    """The days from ``first`` to ``last``; those before the first statement or after the last are left out.

    ``statements`` are those that touch these days or the days beside them, and the nearest on either side.
    """
    found = sorted(set(statements), key=lambda one: (one.day_from, one.day_to, one.task_id))
    if not found:
        return []
    first = max(first, found[0].day_from)
    last = min(last, max(one.day_to for one in found))
    tasks = _tasks(found, first, last)
    balances = _Balances(found)
    return [_day(day, documents.get(day, 0), tasks[day], balances) for day in _days(first, last)]


def _day(day: date, documents: int, tasks: set[str], balances: "_Balances") -> Day:
    if not tasks:
        return Day(day, "gap", documents, balances.moved_in_gap(day))
    newest = tuple(sorted(tasks, reverse=True)[:MOST_TASKS])
    difference = balances.broken(day)
    if difference is not None:
        return Day(day, "balance_break", documents, difference, newest)
    return Day(day, "loaded" if documents else "empty", documents, None, newest)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * _DAY for number in range((last - first).days + 1))


def _tasks(statements: Iterable[Statement], first: date, last: date) -> dict[date, set[str]]:
    tasks: dict[date, set[str]] = {day: set() for day in _days(first, last)}
    for one in statements:
        for day in _days(max(first, one.day_from), min(last, one.day_to)):
            tasks[day].add(one.task_id)
    return tasks


class _Balances:
    """What statements say of balances, by the day that begins with them."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._over = _over(statements)
        self._starts = sorted({one.day_from for one in statements})
        self._ends = sorted({one.day_to for one in statements})
        self._claims: dict[date, list[_Claim]] = {}
        for one in statements:
            self._claim(one, one.day_from, one.opening, opens=True)
            self._claim(one, one.day_to + _DAY, one.closing, opens=False)

    def broken(self, day: date) -> Decimal | None:
        """By how much the balance that the day begins with differs between statements; None = it does not."""
        claims = self._claims.get(day, [])
        if len({claim.balance for claim in claims}) < 2:
            return None
        newest, oldest = self._newest(day, opens=True), self._newest(day, opens=False)
        if newest is None or oldest is None or newest == oldest:
            balances = [claim.balance for claim in sorted(claims, key=_age)]
            newest = balances[-1]
            oldest = next(balance for balance in balances if balance != newest)
        return newest - oldest

    def moved_in_gap(self, day: date) -> Decimal | None:
        """What the account has moved in the gap around ``day``; None where one of both ends is unknown."""
        before = self._newest(self._ends[bisect_left(self._ends, day) - 1] + _DAY, opens=False)
        after = self._newest(self._starts[bisect_right(self._starts, day)], opens=True)
        return None if before is None or after is None else after - before

    def _claim(self, one: Statement, day: date, balance: Decimal | None, *, opens: bool) -> None:
        nearby = self._over.get(day, []) + self._over.get(one.day_from, [])
        if balance is not None and not any(_replaces(newer, one, day) for newer in nearby):
            self._claims.setdefault(day, []).append(_Claim(one.task_id, opens, balance))

    def _newest(self, day: date, *, opens: bool) -> Decimal | None:
        claims = [claim for claim in self._claims.get(day, []) if claim.opens is opens]
        # Of sections of one task that begin on one day the amount decides, so that their order does not.
        return max(claims, key=_age).balance if claims else None


def _age(claim: _Claim) -> tuple[str, Decimal]:
    return claim.task_id, claim.balance


def _over(statements: Sequence[Statement]) -> dict[date, list[Statement]]:
    """By day on which a statement begins, or after which one ends: the statements with balances that have it.
    Some thousand statements of an account take no longer than their overlaps are many."""
    edges = sorted({day for one in statements for day in (one.day_from, one.day_to + _DAY)})
    over: dict[date, list[Statement]] = {}
    for one in statements:
        if one.has_balances:
            for day in edges[bisect_left(edges, one.day_from) : bisect_right(edges, one.day_to)]:
                over.setdefault(day, []).append(one)
    return over


def _replaces(newer: Statement, one: Statement, day: date) -> bool:
    """A newer statement goes through the night in question, or has all the days of the older one: a statement
    that was made at noon is followed by one of the whole day."""
    if newer.task_id <= one.task_id:
        return False
    inside = newer.day_from < day <= newer.day_to
    return inside or (newer.day_from <= one.day_from and one.day_to <= newer.day_to)
