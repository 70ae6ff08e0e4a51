"""What the first look at a file found: is it whole, how many documents, whose accounts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.errors import UnsupportedFormat
from jobs.formats.client_bank import keys, marks
from jobs.formats.client_bank.marks import Mark
from jobs.formats.numbers import day

MAX_ACCOUNTS = 1000


@dataclass(frozen=True, slots=True)
class FileSurvey:
    """What a file holds. ``complete``: КонецФайла was seen behind the last document.

    ``documents`` counts СекцияДокумент, one cut off at the end included: as many rows as the parser gives.
    Dates are the header's, or where it has none that can be read, the sections' first and last.
    """

    encoding: str
    documents: int
    own_accounts: tuple[str, ...] = ()
    own_inns: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    version: str = ""
    complete: bool = False

    def context(self) -> dict[str, Any]:
        """What every batch of this file carries, as plain JSON."""
        kazakh = any(account.upper().startswith("KZ") for account in self.own_accounts)
        return {
            "own_accounts": list(self.own_accounts),
            "own_inns": list(self.own_inns),
            "currency": "KZT" if kazakh else "RUB",
        }


class Fold:
    """Adds up a file's marks, in their order."""

    def __init__(self) -> None:
        self._documents = 0
        self._encodings: Counter[str] = Counter()
        # Own accounts in the order they are named in; a dict as an ordered set.
        self._accounts: dict[str, None] = {}
        self._header: dict[str, str] = {}
        self._first: date | None = None
        self._last: date | None = None
        self._in_section = self._in_document = self._complete = False

    def add(self, found: list[bytes]) -> None:
        kinds = Counter(found)
        if not found or not marks.only_documents(set(kinds)):
            for mark in marks.read(found):
                self._mark(mark)
            return
        for mark in marks.read(list(kinds)):
            times = kinds[mark.raw]
            self._encodings[mark.encoding] += times
            self._documents += times if mark.key == keys.DOCUMENT else 0
        self._in_document = next(marks.read(found[-1:])).key == keys.DOCUMENT
        self._in_section = self._complete = False

    def _mark(self, mark: Mark) -> None:
        self._encodings[mark.encoding] += 1
        if mark.key in keys.STRUCTURE:
            self._structure(mark.key)
        elif not self._in_document:
            self._value(mark.key, mark.value)

    def _structure(self, key: str) -> None:
        self._documents += key == keys.DOCUMENT
        if key in (keys.DOCUMENT, keys.FILE_END):
            self._complete = key == keys.FILE_END
        # Whatever begins ends what was before it: banks forget the ends.
        self._in_document = key == keys.DOCUMENT or (self._in_document and key == keys.ACCOUNT_END)
        self._in_section = key == keys.ACCOUNT

    def _value(self, key: str, value: str) -> None:
        if key == keys.OWN_ACCOUNT:
            if value:
                self._accounts[value] = None
            if len(self._accounts) > MAX_ACCOUNTS:
                raise UnsupportedFormat("too_many_accounts", limit=MAX_ACCOUNTS)
        elif key == keys.VERSION:
            self._header.setdefault(key, value)
        elif (found := day(value)) is not None:
            if not self._in_section:
                self._header.setdefault(key, value)
            self._first = min(found, self._first or found)
            self._last = max(found, self._last or found)

    def result(self, valid_utf8: bool) -> FileSurvey:
        commonest = self._encodings.most_common(1)
        return FileSurvey(
            encoding="utf-8" if valid_utf8 else commonest[0][0] if commonest else "cp1251",
            documents=self._documents,
            own_accounts=tuple(self._accounts),
            date_from=day(self._header.get(keys.DATE_FROM, "")) or self._first,
            date_to=day(self._header.get(keys.DATE_TO, "")) or self._last,
            version=self._header.get(keys.VERSION, ""),
            complete=self._complete,
        )
