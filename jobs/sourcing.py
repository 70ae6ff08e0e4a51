"""What a source is: where a task's rows come from, and what is known of them before and after."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

from domain.errors import Fatal
from events.records import ControlTotal
from infra.objects import ObjectStore
from jobs.records import StatementPeriod

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known before the first row: how many there will be (None = unknown), and the context
    that every batch of this source carries (own accounts, say)."""

    rows: int | None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """Consecutive source rows. ``ordinals`` maps a row number (1-based in the source) to how many
    identical rows came before it; only repeats are listed. ``skipped`` source rows are none of ``rows``."""

    rows: list[Row]
    ordinals: dict[int, int] = field(default_factory=dict)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """A control total with the account's number, which stays out of the log."""

    account: str
    total: ControlTotal


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known after the last row. ``rows`` counts all, skipped ones included. ``notes`` are codes
    of things a reader of the result must know (``onec_allowed_only``, say)."""

    rows: int
    skipped: int = 0
    totals: tuple[AccountTotals, ...] = ()
    periods: tuple[StatementPeriod, ...] = ()
    notes: tuple[str, ...] = ()


class TotalsRefused(Fatal):
    """The statement's control totals are not met and the task wants all or nothing; ``totals`` say by how
    much, for every account. Codes: ``turnover_differs``, ``closing_differs``, ``turnover_unproven``,
    ``closing_unproven``."""

    def __init__(self, code: str, totals: tuple[AccountTotals, ...], account_ref: str) -> None:
        super().__init__(code, account_ref=account_ref)
        self.totals = totals


class Source(Protocol):
    """Where rows come from. Reading twice gives the same rows in the same order."""

    async def survey(self) -> Survey:
        """Refuse what cannot be read (``Fatal``) before anything is published."""
        ...

    def pages(self) -> AsyncGenerator[Page, None]:
        """All rows from the first, in pages of a bounded size."""
        ...

    def summary(self) -> Summary:
        """Valid when ``pages`` has ended."""
        ...


@dataclass(frozen=True, slots=True)
class SourceTools:
    """What a source may use: the object store, the settings of 1C (``jobs.sources.onec``), the keyed hash
    under which the log knows an account, and a connection to PostgreSQL for kinds whose rows are there."""

    objects: ObjectStore
    account_ref: Callable[[str], str]
    onec: Any | None = None
    connect: Callable[[], AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]] | None = None
