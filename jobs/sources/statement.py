"""A client-bank file out of the object store: surveyed once at full speed, then read as a stream."""

from collections.abc import AsyncGenerator, AsyncIterator
from decimal import Decimal
from typing import Any

from events.records import ControlTotal
from jobs.base import AccountTotals, Page, SourceTools, Summary, Survey, TaskSpec, TotalsRefused
from jobs.formats import client_bank
from jobs.records import StatementPeriod
from jobs.sources.uploaded import chunks


class StatementSource:
    """``task.source`` = ``{"type": "upload", "path": …}``; ``params.control_totals`` = ``report``
    (a difference is named in the result) or ``must_match`` (it fails the task before a row is written)."""

    def __init__(self, task: TaskSpec, tools: SourceTools) -> None:
        self._path = str(task.source["path"])
        self._must_match = task.params.get("control_totals") == "must_match"
        self._currency = str(task.params.get("currency", "RUB"))
        self._tools = tools
        self._file: client_bank.FileSurvey | None = None
        self._summary: Summary | None = None

    async def survey(self) -> Survey:
        """Refuse what is no statement; know the own accounts and the number of documents."""
        surveyor = client_bank.Surveyor()
        async for chunk in self._chunks():
            surveyor.feed(chunk)
        self._file = surveyor.close()
        if self._must_match:
            await self._verify()
        return Survey(rows=self._file.documents, context=self._context())

    async def pages(self) -> AsyncGenerator[Page, None]:
        file = self._surveyed()
        reading = _Reading(file, self._context())
        async for chunk in self._chunks():
            if page := reading.page(reading.parser.feed(chunk)):
                yield page
        if page := reading.page(reading.parser.close()):
            yield page
        self._summary = Summary(
            rows=reading.rows,
            totals=self._totals(reading),
            periods=_periods(file, reading.parser.sections),
            notes=() if file.complete else ("statement_without_end",),
        )

    def summary(self) -> Summary:
        assert self._summary is not None, "pages() has not ended"
        return self._summary

    async def _verify(self) -> None:
        """A whole pass that writes nothing, for who wants all or nothing."""
        reading = _Reading(self._surveyed(), self._context())
        async for chunk in self._chunks():
            reading.page(reading.parser.feed(chunk))
        reading.page(reading.parser.close())
        totals = self._totals(reading)
        for found in totals:
            for which, proof in (("turnover", found.total.turnover), ("closing", found.total.closing)):
                if proof in ("differs", "unproven"):
                    raise TotalsRefused(f"{which}_{proof}", totals, found.total.account_ref)

    def _totals(self, reading: "_Reading") -> tuple[AccountTotals, ...]:
        found: list[tuple[str, ControlTotal]] = reading.totals.result(
            reading.parser.sections, self._tools.account_ref
        )
        return tuple(AccountTotals(account, total) for account, total in found)

    def _context(self) -> dict[str, Any]:
        file = self._surveyed()
        return {
            "source": "client_bank",
            "own_accounts": list(file.own_accounts),
            "own_inns": list(file.own_inns),
            "currency": self._currency,
        }

    def _surveyed(self) -> client_bank.FileSurvey:
        assert self._file is not None, "survey() comes first"
        return self._file

    def _chunks(self) -> AsyncIterator[bytes]:
        return chunks(self._tools.objects, self._path)


def _periods(
    file: client_bank.FileSurvey, sections: list[client_bank.AccountSection]
) -> tuple[StatementPeriod, ...]:
    return tuple(
        StatementPeriod(
            found.account,
            found.date_from,
            found.date_to,
            _roubles(found.opening),
            _roubles(found.closing),
        )
        for found in client_bank.periods(file, sections)
        if found.date_from is not None and found.date_to is not None
    )


def _roubles(kopecks: int | None) -> Decimal | None:
    return None if kopecks is None else Decimal(kopecks).scaleb(-2)


class _Reading:
    """One pass over a statement: rows, the ordinals of repeats, what the documents add up to."""

    def __init__(self, file: client_bank.FileSurvey, context: dict[str, Any]) -> None:
        self.parser = client_bank.StatementParser(file)
        self.totals = client_bank.Totals()
        self.rows = 0
        self._ordinals = client_bank.Ordinals(file.documents)
        self._context = client_bank.Context.of(context)

    def page(self, rows: list[client_bank.RawRow]) -> Page | None:
        if not rows:
            return None
        ordinals = {}
        facts_of, seen, add, context = client_bank.facts, self._ordinals.seen, self.totals.add, self._context
        for row_no, raw in enumerate(rows, self.rows + 1):
            facts = facts_of(raw, context)
            add(facts)
            if before := seen(facts.fingerprint):
                ordinals[row_no] = before
        self.rows += len(rows)
        return Page(list(rows), ordinals)
